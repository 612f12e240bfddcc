package envfile

import (
	"fmt"
	"strings"
)

// checkGitHub refuses carriage returns, some of which Windows runners drop.
func checkGitHub(value string) string {
	if strings.Contains(value, "\r") {
		return "contains a carriage return, which Windows runners treat as part of the line end"
	}
	return checkText(value)
}

// exportGitHub writes lines to append to the file in GITHUB_ENV. Callers must
// mask secrets in the log first, with ::add-mask::.
func exportGitHub(b []byte, vars []Var) []byte {
	for _, v := range vars {
		if isPlain(v.Value) {
			b = fmt.Appendf(b, "%s=%s\n", v.Name, v.Value)
			continue
		}
		end := delimiter(v.Value)
		b = fmt.Appendf(b, "%s<<%s\n%s\n%s\n", v.Name, end, v.Value, end)
	}
	return b
}

// delimiter returns a line that does not occur in value. It need not be random,
// since the value is known.
func delimiter(value string) string {
	end := "ASTRA_END"
	for i := 2; strings.Contains(value, end); i++ {
		end = fmt.Sprintf("ASTRA_END_%d", i)
	}
	return end
}
