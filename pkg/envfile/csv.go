package envfile

import (
	"fmt"
	"strings"
)

// checkCSV refuses carriage returns, which some readers drop before line feeds.
func checkCSV(value string) string {
	if strings.Contains(value, "\r") {
		return "contains a carriage return, which CSV readers interpret differently"
	}
	return checkText(value)
}

func exportCSV(b []byte, vars []Var) []byte {
	b = append(b, "name,value\n"...)
	for _, v := range vars {
		if isPlain(v.Value) && !strings.Contains(v.Value, ",") {
			b = fmt.Appendf(b, "%s,%s\n", v.Name, v.Value)
			continue
		}
		b = fmt.Appendf(b, "%s,\"%s\"\n", v.Name, strings.ReplaceAll(v.Value, `"`, `""`))
	}
	return b
}
