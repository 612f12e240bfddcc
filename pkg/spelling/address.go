package spelling

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
)

// NoAddress returns why a text is not an email address that is reachable from
// outside, or is deceptive, or "".
func NoAddress(s string) string {
	if deceptive := Deceptive(s); deceptive != "" {
		return fmt.Sprintf("%q: %s", s, deceptive)
	}
	if strings.HasSuffix(s, ".") {
		return fmt.Sprintf("%q is not an email address: it ends with a dot", s)
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || !isDomain(s[strings.LastIndex(s, "@")+1:]) {
		return fmt.Sprintf("%q is not an email address", s)
	}
	return ""
}

// isDomain reports whether a text is a domain with at least two labels; local
// parts may have more characters.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		foreign := strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
		})
		if foreign || label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return len(labels) > 1
}
