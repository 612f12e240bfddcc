package envfile

import (
	"fmt"
	"strings"
)

// checkCsh refuses line feeds: what eval gets from backticks is one line.
func checkCsh(value string) string {
	if strings.Contains(value, "\n") {
		return "holds a line feed, which csh cannot evaluate"
	}
	return checkShell(value)
}

// exportCsh writes what exportSh does in the words of csh, where eval `…` is
// without quotes always. The helpers hold constants here too, because printf
// is a program of its own. Bytes beyond ASCII need helpers as well: tcsh tears
// sequences of them apart where its buffers end.
func exportCsh(b []byte, vars []Var) []byte {
	var helpers [256]bool
	for _, v := range vars {
		for i := range len(v.Value) {
			c := v.Value[i]
			if safeCsh(v.Value, i) || helpers[c] {
				continue
			}
			helpers[c] = true
			b = fmt.Appendf(b, "set _astra%03o=\"`printf '\\%03o'`\";\n", c, c)
		}
		b = append(append(b, "setenv "...), v.Name...)
		b = append(b, ' ')
		b = appendSh(b, v.Value, safeCsh)
		b = append(b, ";\n"...)
	}
	return unsetHelpers(b, &helpers)
}

func safeCsh(value string, i int) bool { return value[i] < 0x80 && safeSh(value, i) }
