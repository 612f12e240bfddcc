package envfile

import (
	"fmt"
	"strings"
)

// checkDocker refuses values that --env-file cannot represent: it takes the
// rest of the line unchanged, including quotes.
func checkDocker(value string) string {
	if strings.ContainsAny(value, "\r\n") {
		return "contains a line break, which ends a value in this format"
	}
	if len(value) > maxValue-maxName-len("=\r\n") {
		return "makes a line longer than 64 KiB, which docker does not read"
	}
	return checkText(value)
}

func exportRaw(b []byte, vars []Var) []byte {
	for _, v := range vars {
		b = fmt.Appendf(b, "%s=%s\n", v.Name, v.Value)
	}
	return b
}
