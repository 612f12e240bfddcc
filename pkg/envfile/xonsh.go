package envfile

import (
	"fmt"
	"strings"
)

// exportXonsh writes assignments of Python literals in ASCII. xonsh treats
// variables with names ending in PATH or DIRS as lists, in which it expands ~
// and $, unless they are registered as strings. Other characters are written as
// bytes, because Python encodes the environment in its locale, and are
// compared, because some encodings have two forms of a character.
func exportXonsh(b []byte, vars []Var) []byte {
	for _, v := range vars {
		if strings.HasSuffix(v.Name, "PATH") || strings.HasSuffix(v.Name, "DIRS") {
			b = fmt.Appendf(b, "${...}.register('%s', type='str');\n", v.Name)
		}
		b = fmt.Appendf(b, "$%s = ", v.Name)
		if !isASCII(v.Value) {
			b = appendBytes(append(b, "__import__('os').fsdecode("...), v.Value)
			b = appendBytes(fmt.Appendf(b, ");\nassert __import__('os').fsencode($%s) == ", v.Name), v.Value)
			b = append(b, ";\n"...)
			continue
		}
		b = appendEscaped(b, v.Value, func(r rune) bool { return r < 0x80 && printableExcept(`"\`)(r) })
		b = append(b, ";\n"...)
	}
	return b
}

// appendBytes writes a bytes literal of Python.
func appendBytes(b []byte, value string) []byte {
	b = append(b, "b\""...)
	for _, c := range []byte(value) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			b = fmt.Appendf(b, `\x%02x`, c)
			continue
		}
		b = append(b, c)
	}
	return append(b, '"')
}
