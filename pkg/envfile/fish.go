package envfile

import (
	"fmt"
	"unicode/utf8"
)

// exportFish writes one line for each variable. fish does not split or expand
// the result of a substitution, except at newlines, which are written outside
// of quotes as \X0a. So are all other bytes that are not printable ASCII: fish
// decodes the text in its locale, where such a byte may form a character with
// the following backslash. \X is always a byte, but fish decodes several in
// sequence as a character of the locale. Some characters have two encodings, and
// programs would then get the other one. So each byte is quoted separately, except
// in UTF-8 locales, where fish itself should see characters.
func exportFish(b []byte, vars []Var) []byte {
	for _, v := range vars {
		characters := !isASCII(v.Value) && utf8.ValidString(v.Value)
		if characters {
			b = append(b, `if test (string length \Xe2\X82\Xac) = 1; `...)
			b = append(appendFish(fmt.Appendf(b, "set -gx %s ", v.Name), v.Value, ""), "; else; true; "...) // set keeps the status of the test
		}
		b = appendFish(fmt.Appendf(b, "set -gx %s ", v.Name), v.Value, "''")
		if characters {
			b = append(b, "; end"...)
		}
		b = append(b, ";\n"...)
	}
	return b
}

// appendFish writes a value as a word, with a separator between adjacent bytes
// beyond ASCII.
func appendFish(b []byte, value, between string) []byte {
	if value == "" {
		return append(b, "''"...)
	}
	quoted, beyond := false, false
	for _, c := range []byte(value) {
		plain := c >= ' ' && c <= '~'
		if plain != quoted {
			b, quoted = append(b, '\''), plain
		}
		switch {
		case !plain:
			if beyond {
				b = append(b, between...)
			}
			b = fmt.Appendf(b, `\X%02x`, c)
		case c == '\'' || c == '\\':
			b = append(b, '\\', c)
		default:
			b = append(b, c)
		}
		beyond = !plain && c >= utf8.RuneSelf
	}
	if quoted {
		b = append(b, '\'')
	}
	return b
}
