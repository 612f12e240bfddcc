package envfile

import (
	"fmt"
	"strings"
)

// exportXonsh writes assignments of Python literals in ASCII. xonsh takes
// variables whose names end in PATH or DIRS for lists, in which it expands ~
// and $, unless they are registered as strings.
func exportXonsh(b []byte, vars []Var) []byte {
	for _, v := range vars {
		if strings.HasSuffix(v.Name, "PATH") || strings.HasSuffix(v.Name, "DIRS") {
			b = fmt.Appendf(b, "${...}.register('%s', type='str');\n", v.Name)
		}
		b = fmt.Appendf(b, "$%s = ", v.Name)
		b = appendEscaped(b, v.Value, func(r rune) bool { return r < 0x80 && printable(`"\`)(r) })
		b = append(b, ";\n"...)
	}
	return b
}
