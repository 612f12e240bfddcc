package envfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxValue keeps a value well below the 128 KiB at which Linux lets a shell
// start no command any more.
const maxValue = 64 << 10

// checkShell is the least that the environment of a process asks for.
func checkShell(value string) string {
	switch {
	case strings.ContainsRune(value, 0):
		return "contains a NUL byte"
	case len(value) > maxValue:
		return "is longer than 64 KiB"
	}
	return ""
}

// checkText is checkShell for readers to whom a value is text.
func checkText(value string) string {
	if !utf8.ValidString(value) {
		return "is not UTF-8"
	}
	return checkShell(value)
}

// appendEscaped writes the characters that are plain as they are, and the
// others as \u or \U with their number, which means the same in YAML, HCL,
// elvish and Python.
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

// printable tells the characters that show, but for those of special.
func printable(special string) func(rune) bool {
	return func(r rune) bool { return unicode.IsPrint(r) && !strings.ContainsRune(special, r) }
}

// raw tells the values that need no quotes in any shell or format, which are
// all that the service hands out.
func raw(value string) bool {
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
