package envfile

import "fmt"

func exportElvish(b []byte, vars []Var) []byte {
	for _, v := range vars {
		b = fmt.Appendf(b, "set-env %s ", v.Name)
		b = appendEscaped(b, v.Value, printableExcept(`"\`))
		b = append(b, ";\n"...)
	}
	return b
}
