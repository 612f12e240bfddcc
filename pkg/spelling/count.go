package spelling

import (
	"strconv"
	"strings"
)

// Count formats a number with a noun: "1 token", "2 addresses". noun is
// singular; its last word is made plural.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + Plural(noun)
}

// Plural returns the plural of an English noun.
func Plural(noun string) string {
	before, last := "", noun
	if i := strings.LastIndexByte(noun, ' '); i >= 0 {
		before, last = noun[:i+1], noun[i+1:]
	}
	if last == "person" {
		return before + "people"
	}
	if stem, ok := strings.CutSuffix(last, "y"); ok && stem != "" && !strings.ContainsRune("aeiou", rune(stem[len(stem)-1])) {
		return before + stem + "ies"
	}
	for _, hissing := range []string{"s", "x", "z", "ch", "sh"} {
		if strings.HasSuffix(last, hissing) {
			return noun + "es"
		}
	}
	return noun + "s"
}
