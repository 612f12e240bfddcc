package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

func (s *dataset) json() []byte {
	if !s.list {
		return append(s.appendObject(nil, 0, ""), '\n')
	}
	if s.rows == 0 {
		return []byte("[]\n")
	}
	b := []byte("[")
	for row := range s.rows {
		if row > 0 {
			b = append(b, ',')
		}
		b = append(b, "\n  "...)
		if b = s.spill(s.appendObject(b, row, "  ")); s.err != nil {
			return nil
		}
	}
	return append(b, "\n]\n"...)
}

func (s *dataset) appendObject(b []byte, row int, prefix string) []byte {
	if len(s.keys) == 0 {
		return append(b, "{}"...)
	}
	b = append(b, '{')
	for column, key := range s.keys {
		if column > 0 {
			b = append(b, ',')
		}
		b = append(b, '\n')
		b = append(append(b, prefix...), "  "...)
		b = appendString(b, key)
		b = append(b, ": "...)
		b = appendJSON(b, s.value(row, column), prefix+"  ")
	}
	b = append(append(b, '\n'), prefix...)
	return append(b, '}')
}

// appendJSON writes a normalized value; prefix indents its inner lines.
func appendJSON(b []byte, v any, prefix string) []byte {
	switch v := v.(type) {
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return appendFloat(b, v)
	case time.Time:
		return appendTime(b, v)
	case []string:
		if len(v) == 0 {
			return append(b, "[]"...)
		}
		for i, element := range v {
			b = append(b, "[,"[min(i, 1)], '\n')
			b = append(append(b, prefix...), "  "...)
			b = appendString(b, element)
		}
		b = append(append(b, '\n'), prefix...)
		return append(b, ']')
	case rawJSON:
		return appendIndented(b, v, prefix)
	}
	return append(b, "null"...)
}

// appendIndented formats compact JSON like json.Indent, many times faster
// because it trusts its input.
func appendIndented(b, src []byte, prefix string) []byte {
	depth := 0
	newline := func() {
		b = appendIndent(append(append(b, '\n'), prefix...), depth)
	}
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '"':
			n := stringEnd(src[i:])
			b = appendEscaped(b, src[i:i+n])
			i += n - 1
		case '{', '[':
			if src[i+1] == c+2 { // the closing bracket
				b = append(b, c, c+2)
				i++
				continue
			}
			b = append(b, c)
			depth++
			newline()
		case '}', ']':
			depth--
			newline()
			b = append(b, c)
		case ',':
			b = append(b, c)
			newline()
		case ':':
			b = append(b, c, ' ')
		default:
			b = append(b, c)
		}
	}
	return b
}

func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, time.RFC3339)
	return append(b, '"')
}

// appendString writes s in double quotes. Invisible characters are escaped, so
// that the value is exact and safe.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendASCII(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || isHidden(r) {
			b = append(b, s[start:i]...)
			b = jsonEscape(b, r)
			start = i + size
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendASCII(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return fmt.Appendf(b, `\u%04x`, c)
}

func jsonEscape(b []byte, r rune) []byte {
	for _, unit := range utf16.AppendRune(nil, r) {
		b = fmt.Appendf(b, `\u%04x`, unit)
	}
	return b
}

// appendEscaped copies JSON text and escapes invisible characters, which can
// only be in strings.
func appendEscaped(b, text []byte) []byte {
	start := 0
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && c != 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError || isHidden(r) { // versions of encoding/json write U+FFFD differently
			b = append(b, text[start:i]...)
			b = jsonEscape(b, r)
			start = i + size
		}
		i += size
	}
	return append(b, text[start:]...)
}

// stringEnd returns the length of the JSON string at the start of src.
func stringEnd(src []byte) int {
	for i := 1; ; i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

func appendIndent(b []byte, depth int) []byte {
	for range depth {
		b = append(b, "  "...)
	}
	return b
}

// JSONLine returns v as JSON on one line, with invisible characters escaped as in
// all JSON of this package.
func JSONLine(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return append(appendEscaped(nil, bytes.TrimSuffix(text.Bytes(), []byte("\n"))), '\n'), nil
}
