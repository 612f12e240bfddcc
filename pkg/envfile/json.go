package envfile

import (
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func checkJSON(value string) string {
	if !utf8.ValidString(value) {
		return "is not UTF-8"
	}
	return ""
}

// exportJSON writes a flat object in the order of vars. Invisible characters
// are escaped, so that the text is exact and safe on a terminal.
func exportJSON(b []byte, vars []Var) []byte {
	if len(vars) == 0 {
		return append(b, "{}\n"...)
	}
	b = append(b, "{\n"...)
	for i, v := range vars {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = fmt.Appendf(b, "  \"%s\": ", v.Name)
		b = appendJSON(b, v.Value)
	}
	return append(b, "\n}\n"...)
}

func appendJSON(b []byte, value string) []byte {
	b = append(b, '"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case unicode.IsPrint(r):
			b = utf8.AppendRune(b, r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				b = fmt.Appendf(b, `\u%04x`, unit)
			}
		}
	}
	return append(b, '"')
}
