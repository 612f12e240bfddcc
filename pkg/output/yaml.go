package output

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// yaml writes block style by hand: a node for each field, as the library has
// it, takes many times as long.
func (s *sheet) yaml() []byte {
	if s.list && s.rows == 0 {
		return []byte("[]\n")
	}
	if len(s.keys) == 0 {
		return []byte("{}\n")
	}
	var b []byte
	for row := range s.rows {
		for column, key := range s.keys {
			depth := 0
			if s.list {
				b = append(b, "- "[min(column, 1)], ' ') // a dash, then blanks
				depth = 1
			}
			b = appendYAMLString(b, key)
			b = append(b, ':')
			b = appendYAML(b, s.value(row, column), depth)
		}
		if b = s.spill(b); s.err != nil {
			return nil
		}
	}
	return b
}

// appendYAML writes a value after a key that stands at depth, and ends the
// line.
func appendYAML(b []byte, v any, depth int) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, " null\n"...)
	case string:
		return append(appendYAMLString(append(b, ' '), v), '\n')
	case bool:
		return append(strconv.AppendBool(append(b, ' '), v), '\n')
	case int64:
		return append(strconv.AppendInt(append(b, ' '), v, 10), '\n')
	case float64:
		return append(appendFloat(append(b, ' '), v), '\n')
	case time.Time:
		return append(appendTime(append(b, ' '), v), '\n')
	case []string:
		if len(v) == 0 {
			return append(b, " []\n"...)
		}
		b = append(b, '\n')
		for _, element := range v {
			b = append(appendIndent(b, depth+1), "- "...)
			b = append(appendYAMLString(b, element), '\n')
		}
	case raw:
		b, _ = appendYAMLRaw(b, v, depth+1, false)
	}
	return b
}

// appendYAMLRaw writes the compact JSON value at the start of src after a key,
// or after the dash of a list, and returns what follows it in src. Its inner
// lines stand at depth.
func appendYAMLRaw(b, src []byte, depth int, dash bool) (out, rest []byte) {
	opening := src[0]
	if opening != '{' && opening != '[' {
		return appendYAMLScalar(b, src)
	}
	if src[1] == opening+2 { // the closing bracket
		return append(append(append(b, ' '), src[:2]...), '\n'), src[2:]
	}
	for first := true; src[0] == opening && first || src[0] == ','; first = false {
		switch {
		case !first:
			b = appendIndent(b, depth)
		case dash:
			b = append(b, ' ')
		default:
			b = appendIndent(append(b, '\n'), depth)
		}
		src = src[1:]
		if opening == '[' {
			b, src = appendYAMLRaw(append(b, '-'), src, depth+1, true)
			continue
		}
		n := stringEnd(src)
		b = appendYAMLKey(b, unquote(src[:n]), depth)
		b, src = appendYAMLRaw(b, src[n+1:], depth+1, false)
	}
	return b, src[1:]
}

// appendYAMLKey writes a key of any length: more than 1,024 characters need the
// long form.
func appendYAMLKey(b []byte, key string, depth int) []byte {
	const safe = 100 // an escape has up to ten characters
	if len(key) <= safe {
		return append(appendYAMLString(b, key), ':')
	}
	b = append(appendYAMLString(append(b, "? "...), key), '\n')
	return append(appendIndent(b, depth), ':')
}

func appendYAMLScalar(b, src []byte) (out, rest []byte) {
	b = append(b, ' ')
	if src[0] == '"' {
		n := stringEnd(src)
		return append(appendYAMLString(b, unquote(src[:n])), '\n'), src[n:]
	}
	n := bytes.IndexAny(src, ",]}")
	if n < 0 {
		n = len(src)
	}
	return append(append(b, src[:n]...), '\n'), src[n:]
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

func appendYAMLString(b []byte, s string) []byte {
	if plainYAML(s) {
		return append(b, s...)
	}
	return appendString(b, s, yamlEscape)
}

// yamlEscape differs from JSON in having no surrogates.
func yamlEscape(b []byte, r rune) []byte {
	if r > 0xffff {
		return fmt.Appendf(b, `\U%08x`, r)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}

// plainYAML tells the strings that no version of YAML takes for anything else
// when they stand there without quotes.
func plainYAML(s string) bool {
	if s == "" || s[len(s)-1] == ' ' || s[len(s)-1] == ':' || strings.Contains(s, ": ") {
		return false
	}
	if c := s[0]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !isUUID(s) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("_-./@+: ()", c) < 0 {
			return false
		}
	}
	switch len(s) {
	case 1, 2, 3, 4, 5:
		switch strings.ToLower(s) {
		case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
			return false
		}
	}
	return true
}

// isUUID lets ids stand without quotes whether they begin with a digit or not.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if strings.IndexByte("0123456789abcdefABCDEF", s[i]) < 0 {
				return false
			}
		}
	}
	return true
}
