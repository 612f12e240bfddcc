package envfile

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// exportFish writes one set command a line. fish does not split or expand what
// a substitution returned, except at newlines, and those stand outside the
// quotes as \X0a. So do bytes that are not UTF-8, and characters that fish
// keeps for its own use.
func exportFish(b []byte, vars []Var) []byte {
	for _, v := range vars {
		b = fmt.Appendf(b, "set -gx %s ", v.Name)
		b = appendFish(b, v.Value)
		b = append(b, ";\n"...)
	}
	return b
}

func appendFish(b []byte, value string) []byte {
	if value == "" {
		return append(b, "''"...)
	}
	quoted := false
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		plain := unicode.IsPrint(r) && (r != utf8.RuneError || size > 1)
		if plain != quoted {
			b, quoted = append(b, '\''), plain
		}
		switch {
		case !plain:
			for _, c := range []byte(value[i : i+size]) {
				b = fmt.Appendf(b, `\X%02x`, c)
			}
		case r == '\'' || r == '\\':
			b = append(b, '\\', byte(r))
		default:
			b = append(b, value[i:i+size]...)
		}
		i += size
	}
	if quoted {
		b = append(b, '\'')
	}
	return b
}
