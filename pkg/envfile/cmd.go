package envfile

import (
	"fmt"
	"strings"
)

// maxCmd keeps a line below the 8191 characters that cmd reads.
const maxCmd = 8000

// checkCmd accepts values that are unchanged between the quotes of set "N=V",
// in a file and in a line of for /f.
func checkCmd(value string) string {
	switch {
	case value == "":
		return "is empty, and cmd removes empty variables"
	case len(value) > maxCmd:
		return "is longer than a line of cmd"
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
		return "contains a character that is not printable ASCII; cmd decodes it with its code page"
	case strings.ContainsAny(value, `"%!^&<>|`):
		return `holds one of "%!^&<>|, which cmd takes for its own`
	}
	return ""
}

func exportCmd(b []byte, vars []Var) []byte {
	for _, v := range vars {
		b = fmt.Appendf(b, "set \"%s=%s\"\n", v.Name, v.Value)
	}
	return b
}
