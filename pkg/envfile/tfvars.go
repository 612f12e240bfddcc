package envfile

import (
	"fmt"
	"strings"
)

// checkTFVars refuses values that Unicode normalization in Terraform may
// change: it changes nothing below U+0300.
func checkTFVars(value string) string {
	if why := checkText(value); why != "" {
		return why
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r >= 0x300 }) {
		return "contains characters that Terraform may normalize"
	}
	return ""
}

// exportTFVars writes $ and % as escapes, so that no ${ or %{ starts.
func exportTFVars(b []byte, vars []Var) []byte {
	for _, v := range vars {
		b = fmt.Appendf(b, "%s = ", v.Name)
		b = appendEscaped(b, v.Value, printableExcept(`"\$%`))
		b = append(b, '\n')
	}
	return b
}
