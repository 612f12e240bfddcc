package envfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxValue is well below the 128 KiB at which shells on Linux cannot start
// commands.
const maxValue = 64 << 10

// checkShell accepts values that are valid in the environment of a process.
func checkShell(value string) string {
	switch {
	case strings.ContainsRune(value, 0):
		return "contains a NUL byte"
	case len(value) > maxValue:
		return "is longer than 64 KiB"
	}
	return ""
}

// checkText is checkShell for readers that require UTF-8.
func checkText(value string) string {
	if !utf8.ValidString(value) {
		return "is not UTF-8"
	}
	return checkShell(value)
}

// appendEscaped writes characters that satisfy plain unchanged, and others as
// \u or \U with their code point, as in YAML, HCL, elvish and Python.
func appendEscaped(b []byte, value string, plain func(rune) bool) []byte {
	b = append(b, '"')
	for _, r := range value {
		switch {
		case plain(r):
			b = utf8.AppendRune(b, r)
		case r > 0xffff:
			b = fmt.Appendf(b, `\U%08x`, r)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return append(b, '"')
}

// printableExcept returns a function that accepts printable characters except
// special.
func printableExcept(special string) func(rune) bool {
	return func(r rune) bool { return unicode.IsPrint(r) && !strings.ContainsRune(special, r) }
}

// isPlain reports whether a value needs no quotes in any shell or format, like all
// values of the service.
func isPlain(value string) bool {
	for i := range len(value) {
		if !safeEverywhere(value[i]) {
			return false
		}
	}
	return true
}

func safeEverywhere(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_%+,./:@=-", c) >= 0
}
