package envfile

import "fmt"

// exportYAML quotes the names too: many readers parse N and YES as booleans.
func exportYAML(b []byte, vars []Var) []byte {
	if len(vars) == 0 {
		return append(b, "{}\n"...)
	}
	for _, v := range vars {
		b = fmt.Appendf(b, "%q: ", v.Name)
		b = appendEscaped(b, v.Value, printableExcept(`"\`))
		b = append(b, '\n')
	}
	return b
}
