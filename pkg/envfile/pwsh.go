package envfile

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// maxWindows is slightly below the maximum size of a variable on Windows.
const maxWindows = 32000

// checkPwsh refuses empty values, which remove a variable in PowerShell.
func checkPwsh(value string) string {
	switch {
	case value == "":
		return "is empty, and PowerShell removes empty variables"
	case len(value) > maxWindows:
		return "is longer than a variable on Windows"
	}
	return checkText(value)
}

// exportPwsh writes one line of ASCII for each variable, so that neither the
// console's encoding nor splitting into lines can change it. Four curly quotes
// also end a string in PowerShell; none is written.
func exportPwsh(b []byte, vars []Var) []byte {
	for _, v := range vars {
		b = fmt.Appendf(b, "${env:%s} = ", v.Name)
		b = appendPwsh(b, v.Value)
		b = append(b, ";\n"...)
	}
	return b
}

// appendPwsh joins strings and characters by code point. It starts with a
// string, because PowerShell adds with the type of the left operand.
func appendPwsh(b []byte, value string) []byte {
	quoted := true
	b = append(b, '\'')
	for _, r := range value {
		if r >= ' ' && r <= '~' {
			if !quoted {
				b, quoted = append(b, " + '"...), true
			}
			b = append(b, strings.ReplaceAll(string(r), "'", "''")...)
			continue
		}
		if quoted {
			b, quoted = append(b, '\''), false
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			b = fmt.Appendf(b, " + [char]%d", unit)
		}
	}
	if quoted {
		b = append(b, '\'')
	}
	return b
}
