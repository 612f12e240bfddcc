package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// maxMarks is how many combining marks one character may carry; no written
// language needs more.
const maxMarks = 4

// Sanitize makes visible what would act on a terminal or deceive its reader:
// control characters, text direction, characters without a width, bytes that
// are not UTF-8, and piles of accents. They become \u{1b}, or \x{ff} for a
// byte. The result is one line. Sanitizing it again changes nothing.
func Sanitize(s string) string { return sanitize(s, "") }

// sanitize leaves the control characters in keep alone.
func sanitize(s, keep string) string {
	if harmless(s) || failpoint.Disabled("sanitized-text") {
		return s
	}
	var b strings.Builder
	marks := 0
	for i, r := range s {
		if r == utf8.RuneError && invalidAt(s, i) {
			fmt.Fprintf(&b, `\x{%02x}`, s[i])
			marks = 0
			continue
		}
		marks = countMarks(marks, r)
		if marks > maxMarks || hidden(r) && !strings.ContainsRune(keep, r) {
			fmt.Fprintf(&b, `\u{%x}`, r)
			marks = 0
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// harmless tells the common case, in which there is nothing to do.
func harmless(s string) bool {
	if plain(s) {
		return true
	}
	marks := 0
	for i, r := range s {
		marks = countMarks(marks, r)
		if marks > maxMarks || hidden(r) || r == utf8.RuneError && invalidAt(s, i) {
			return false
		}
	}
	return true
}

// countMarks returns how many combining marks there are in a row up to r.
func countMarks(before int, r rune) int {
	if r > unicode.MaxLatin1 && unicode.Is(unicode.M, r) {
		return before + 1
	}
	return 0
}

func invalidAt(s string, i int) bool {
	_, size := utf8.DecodeRuneInString(s[i:])
	return size == 1
}

// plain tells whether s is printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// hidden tells the characters that do something else than show themselves.
// What Unicode has not assigned or left to private use counts as well: no
// terminal is sure what to do with it.
func hidden(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	if r <= unicode.MaxLatin1 {
		return !unicode.IsGraphic(r)
	}
	return !unicode.IsGraphic(r) ||
		unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
		r == '\u2800' // a blank that counts as a symbol
}
