package envfile

import (
	"fmt"
	"strings"
)

// checkTFVars refuses what may change when Terraform brings text to its normal
// form: below U+0300 nothing does.
func checkTFVars(value string) string {
	if why := checkText(value); why != "" {
		return why
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r >= 0x300 }) {
		return "contains characters that Terraform may normalize"
	}
	return ""
}

// exportTFVars writes $ and % by their numbers, so that no ${ or %{ begins.
func exportTFVars(b []byte, vars []Var) []byte {
	for _, v := range vars {
		b = fmt.Appendf(b, "%s = ", v.Name)
		b = appendEscaped(b, v.Value, printable(`"\$%`))
		b = append(b, '\n')
	}
	return b
}
