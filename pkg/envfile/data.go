package envfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func checkJSON(value string) string {
	if !utf8.ValidString(value) {
		return "is not UTF-8"
	}
	return ""
}

// exportJSON writes a flat object in the order of vars. Characters that do not
// show are escaped, so that the text is exact and yet safe on a terminal.
func exportJSON(b []byte, vars []Var) []byte {
	if len(vars) == 0 {
		return append(b, "{}\n"...)
	}
	b = append(b, "{\n"...)
	for i, v := range vars {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = fmt.Appendf(b, "  \"%s\": ", v.Name)
		b = appendJSON(b, v.Value)
	}
	return append(b, "\n}\n"...)
}

func appendJSON(b []byte, value string) []byte {
	b = append(b, '"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case unicode.IsPrint(r):
			b = utf8.AppendRune(b, r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				b = fmt.Appendf(b, `\u%04x`, unit)
			}
		}
	}
	return append(b, '"')
}

// checkDotenv admits what the readers of such files agree about, which is
// little: many expand $ even in single quotes, and backslashes, quotes and
// line ends mean something else in each.
func checkDotenv(value string) string {
	switch {
	case len(value) > maxValue:
		return "is longer than 64 KiB"
	case !utf8.ValidString(value):
		return "is not UTF-8"
	case strings.ContainsAny(value, "'\\$\r\n\x00"):
		return "holds a quote, backslash, dollar sign, line break or NUL, which readers of such files take in different ways"
	}
	return ""
}

func exportDotenv(b []byte, vars []Var) []byte {
	for _, v := range vars {
		quote := "'"
		if rawDotenv(v.Value) {
			quote = ""
		}
		b = fmt.Appendf(b, "%s=%s%s%s\n", v.Name, quote, v.Value, quote)
	}
	return b
}

// rawDotenv tells the values that need no quotes, the one form that all
// readers understand alike, docker --env-file among them.
func rawDotenv(value string) bool {
	for i := range len(value) {
		if !safeEverywhere(value[i]) {
			return false
		}
	}
	return true
}
