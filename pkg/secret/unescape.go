package secret

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// unescape decodes one layer of the escapes of a text, and reports whether
// there are any: URLs (%3A), strings in programs and JSON (\u003a, \x3a, \072,
// \n, \:), HTML (&#58;) and mail (=3A). None can start within a token, so plain
// tokens are preserved.
func unescape(text []byte) ([]byte, bool) { return unescapeTo(text, nil) }

// unescapeTo is unescape, and appends the offset in text of each byte of the
// result to places, unless that is nil.
func unescapeTo(text []byte, places *[]int) ([]byte, bool) {
	if places == nil && !bytes.ContainsAny(text, `%\&=`) {
		return text, false
	}
	out := make([]byte, 0, len(text))
	changed := false
	for i := 0; i < len(text); {
		plain := i
		for plain < len(text) && !startsEscape(text[plain]) {
			plain++
		}
		out = append(out, text[i:plain]...)
		for ; places != nil && i < plain; i++ {
			*places = append(*places, i)
		}
		if i = plain; i == len(text) {
			break
		}
		r, size := decodeEscape(text[i:])
		switch {
		case size == 0:
			out = append(out, text[i])
		case r < 0x100:
			out = append(out, byte(r)) //nolint:gosec // one byte of a possibly longer character
		default:
			out = utf8.AppendRune(out, r)
		}
		for places != nil && len(*places) < len(out) {
			*places = append(*places, i)
		}
		changed = changed || size > 0
		i += max(size, 1)
	}
	return out, changed
}

// startsEscape reports whether c may start an escape.
func startsEscape(c byte) bool { return c == '%' || c == '\\' || c == '&' || c == '=' }

// decodeEscape decodes the escape at the start of a text and returns its size, zero
// if there is none.
func decodeEscape(text []byte) (r rune, size int) {
	switch text[0] {
	case '%':
		if len(text) > 1 && text[1] == 'u' {
			return decodeNumber(text, 2, 4, 16)
		}
		return decodeNumber(text, 1, 2, 16)
	case '=':
		if len(text) > 2 && (isLower(text[1]) || isLower(text[2])) {
			return 0, 0 // mail uses upper case; name=abc is more likely
		}
		return decodeNumber(text, 1, 2, 16)
	case '&':
		return decodeEntity(text)
	case '\\':
		return decodeBackslash(text)
	}
	return 0, 0
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func decodeBackslash(text []byte) (r rune, size int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch c := text[1]; c {
	case 'n', 'r':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'x':
		return decodeNumber(text, 2, 2, 16)
	case 'u':
		if end := bytes.IndexByte(text[:min(len(text), len(`\u{00003a}`))], '}'); end > 3 && text[2] == '{' {
			r, size = decodeNumber(text, 3, end-3, 16)
			return r, size + min(size, 1)
		}
		return decodeNumber(text, 2, 4, 16)
	case 'U':
		return decodeNumber(text, 2, 8, 16)
	case '0', '1':
		return decodeNumber(text, 1, 3, 8)
	default:
		if isLetter(c) || '0' <= c && c <= '9' || c >= utf8.RuneSelf {
			return 0, 0
		}
		return rune(c), 2
	}
}

// decodeEntity decodes &#58; &#x3a; &colon; and the &amp; of double escapes. Like
// browsers, it accepts a number without a semicolon.
func decodeEntity(text []byte) (r rune, size int) {
	const longest = 16 // exceeds the names of characters in secrets
	text = text[:min(len(text), longest)]
	if len(text) < 3 {
		return 0, 0
	}
	if text[1] != '#' {
		end := bytes.IndexByte(text, ';')
		if end < 0 || !isLetter(text[1]) {
			return 0, 0
		}
		r, width := utf8.DecodeRuneInString(html.UnescapeString(string(text[:end+1])))
		if r == '&' && !bytes.EqualFold(text[:end], []byte("&amp")) || width == 0 {
			return 0, 0
		}
		return r, end + 1
	}
	from, base := 2, rune(10)
	if text[2]|0x20 == 'x' {
		from, base = 3, 16
	}
	end := from
	for end < len(text) && digit(text[end]) < base {
		end++
	}
	r, size = decodeNumber(text, from, end-from, base)
	if size > 0 && size < len(text) && text[size] == ';' {
		size++
	}
	return r, size
}

// decodeNumber decodes a numeric character reference. size includes its terminator,
// or is zero if invalid.
func decodeNumber(text []byte, from, digits int, base rune) (r rune, size int) {
	if digits <= 0 || len(text) < from+digits {
		return 0, 0
	}
	for _, c := range text[from : from+digits] {
		d := digit(c)
		if d >= base || r > utf8.MaxRune {
			return 0, 0
		}
		r = r*base + d
	}
	return r, from + digits
}

// digit returns the value of a digit, or a value beyond any base.
func digit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case isLetter(c):
		return rune(c|0x20-'a') + 10
	}
	return utf8.MaxRune
}
