package envfile

import (
	"fmt"
	"strings"
)

// checkCsh refuses line feeds: eval of a command substitution gets one line.
func checkCsh(value string) string {
	if strings.Contains(value, "\n") {
		return "contains a line feed, which csh cannot evaluate"
	}
	return checkShell(value)
}

// exportCsh is exportSh for csh, where eval `…` is always unquoted. Here too
// the helpers contain constants, because printf is an external program. Each
// byte has its own helper: tcsh splits sequences at the ends of its buffers.
func exportCsh(b []byte, vars []Var) []byte {
	h := helpers{unit: unitCsh, seen: map[string]bool{}}
	for _, v := range vars {
		b = h.define(b, v.Value, func(b []byte, name, octal string) []byte {
			return fmt.Appendf(b, "set %s=\"`printf '%s'`\";\n", name, octal)
		})
		b = append(append(b, "setenv "...), v.Name...)
		b = append(b, ' ')
		b = h.appendValue(b, v.Value)
		b = append(b, ";\n"...)
	}
	return h.unset(b)
}

func unitCsh(value string, i int) int {
	if safeSh(value, i) {
		return 0
	}
	return 1
}
