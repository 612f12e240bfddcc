package envfile

import (
	"fmt"
	"strings"
)

// checkGitHub refuses carriage returns, of which runners on Windows drop some.
func checkGitHub(value string) string {
	if strings.Contains(value, "\r") {
		return "contains a carriage return, which Windows runners treat as part of the line end"
	}
	return checkText(value)
}

// exportGitHub writes lines to append to the file that GITHUB_ENV names. It is
// for the caller to mask secrets first, with ::add-mask:: in the log.
func exportGitHub(b []byte, vars []Var) []byte {
	for _, v := range vars {
		if raw(v.Value) {
			b = fmt.Appendf(b, "%s=%s\n", v.Name, v.Value)
			continue
		}
		end := delimiter(v.Value)
		b = fmt.Appendf(b, "%s<<%s\n%s\n%s\n", v.Name, end, v.Value, end)
	}
	return b
}

// delimiter returns a line that does not occur in value. The value is known by
// then, so that nobody has to be kept from guessing.
func delimiter(value string) string {
	end := "ASTRA_END"
	for i := 2; strings.Contains(value, end); i++ {
		end = fmt.Sprintf("ASTRA_END_%d", i)
	}
	return end
}
