package envfile

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// checkDotenv accepts only values on which readers agree: many expand $ even in
// single quotes, and backslashes, quotes and line ends differ.
func checkDotenv(value string) string {
	switch {
	case len(value) > maxValue:
		return "is longer than 64 KiB"
	case !utf8.ValidString(value):
		return "is not UTF-8"
	case strings.ContainsAny(value, "'\\$\r\n\x00"):
		return "contains a quote, backslash, dollar sign, line break or NUL, which readers of dotenv files interpret differently"
	}
	return ""
}

func exportDotenv(b []byte, vars []Var) []byte {
	for _, v := range vars {
		quote := "'"
		if isPlain(v.Value) {
			quote = ""
		}
		b = fmt.Appendf(b, "%s=%s%s%s\n", v.Name, quote, v.Value, quote)
	}
	return b
}
