package secret

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// unescape returns what the escapes of a text stand for, one layer of them, and
// whether there are any: of URLs (%3A), of strings in programs and JSON (\u003a,
// \x3a, \072, \n, \:), of HTML (&#58;) and of mail (=3A). None of them can begin
// within a token, so nothing that is written plainly is lost.
func unescape(text []byte) ([]byte, bool) { return unescapeTo(text, nil) }

// unescapeTo is unescape, and adds the place in text of each byte of the result to
// places, unless that is nil.
func unescapeTo(text []byte, places *[]int) ([]byte, bool) {
	if places == nil && !bytes.ContainsAny(text, `%\&=`) {
		return text, false
	}
	out := make([]byte, 0, len(text))
	changed := false
	for i := 0; i < len(text); {
		plain := i
		for plain < len(text) && !begins(text[plain]) {
			plain++
		}
		out = append(out, text[i:plain]...)
		for ; places != nil && i < plain; i++ {
			*places = append(*places, i)
		}
		if i = plain; i == len(text) {
			break
		}
		r, size := escaped(text[i:])
		switch {
		case size == 0:
			out = append(out, text[i])
		case r < 0x100:
			out = append(out, byte(r)) //nolint:gosec // it is one byte, perhaps of a longer character
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

// begins reports whether c may begin an escape.
func begins(c byte) bool { return c == '%' || c == '\\' || c == '&' || c == '=' }

// escaped reads the escape that a text begins with: what it stands for and how
// long it is, zero if there is none.
func escaped(text []byte) (r rune, size int) {
	switch text[0] {
	case '%':
		if len(text) > 1 && text[1] == 'u' {
			return number(text, 2, 4, 16)
		}
		return number(text, 1, 2, 16)
	case '=':
		if len(text) > 2 && (isLower(text[1]) || isLower(text[2])) {
			return 0, 0 // mail has capitals; name=abc is more likely
		}
		return number(text, 1, 2, 16)
	case '&':
		return entity(text)
	case '\\':
		return backslashed(text)
	}
	return 0, 0
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func backslashed(text []byte) (r rune, size int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch c := text[1]; c {
	case 'n', 'r':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'x':
		return number(text, 2, 2, 16)
	case 'u':
		if end := bytes.IndexByte(text[:min(len(text), len(`\u{00003a}`))], '}'); end > 3 && text[2] == '{' {
			r, size = number(text, 3, end-3, 16)
			return r, size + min(size, 1)
		}
		return number(text, 2, 4, 16)
	case 'U':
		return number(text, 2, 8, 16)
	case '0', '1':
		return number(text, 1, 3, 8)
	default:
		if isLetter(c) || '0' <= c && c <= '9' || c >= utf8.RuneSelf {
			return 0, 0
		}
		return rune(c), 2
	}
}

// entity reads &#58; &#x3a; &colon; and the &amp; of what was escaped twice. Browsers
// read a number without its end, too.
func entity(text []byte) (r rune, size int) {
	const longest = 16 // no name of one character in a secret is as long
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
	r, size = number(text, from, end-from, base)
	if size > 0 && size < len(text) && text[size] == ';' {
		size++
	}
	return r, size
}

// number reads the digits of a character's number. The size is that of all up
// to their end, or zero if they are none.
func number(text []byte, from, digits int, base rune) (r rune, size int) {
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

// digit returns the value of a digit, or more than any has.
func digit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case isLetter(c):
		return rune(c|0x20-'a') + 10
	}
	return utf8.MaxRune
}
