package envfile

import (
	"fmt"
	"unicode/utf8"
)

// exportFish writes one line for each variable. fish does not split or expand what
// a substitution returned, except at newlines, and those stand outside the
// quotes as \X0a. So do all other bytes that are not printable ASCII: fish reads
// the text as its locale says, where a byte beyond ASCII may make one character
// with the backslash that follows it. \X is a byte everywhere; but several of them in
// a row are read as a character of the locale, of which some have two forms, and the
// other one is what a program gets. So each stands alone, unless the locale is one of
// UTF-8: there fish itself should see characters.
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

// appendFish writes a value as a word, with something between two bytes beyond
// ASCII that follow each other.
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
