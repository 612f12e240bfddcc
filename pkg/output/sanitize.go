package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// maxMarks is the maximum number of combining marks on a character; no written
// language needs more.
const maxMarks = 4

// Sanitize escapes characters that control a terminal or deceive its reader:
// control characters, text direction, zero-width characters, invalid UTF-8, and
// excess combining marks. They become \u{1b}, or \x{ff} for a byte. The result
// is one line. Sanitize is idempotent.
func Sanitize(s string) string { return sanitize(s, "") }

// sanitize is Sanitize except for the control characters in keep.
func sanitize(s, keep string) string {
	if needsNoEscape(s) || failpoint.Disabled("sanitized-text") {
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
		if marks > maxMarks || isHidden(r) && !strings.ContainsRune(keep, r) {
			fmt.Fprintf(&b, `\u{%x}`, r)
			marks = 0
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// needsNoEscape reports the common case of a text that needs no change.
func needsNoEscape(s string) bool {
	if isPlainASCII(s) {
		return true
	}
	marks := 0
	for i, r := range s {
		marks = countMarks(marks, r)
		if marks > maxMarks || isHidden(r) || r == utf8.RuneError && invalidAt(s, i) {
			return false
		}
	}
	return true
}

// countMarks returns the number of consecutive combining marks up to r.
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

// isPlainASCII reports whether s is printable ASCII.
func isPlainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// isHidden reports whether a character is not plainly visible. Unassigned and
// private-use characters count as hidden: terminals treat them differently.
func isHidden(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	if r <= unicode.MaxLatin1 {
		return !unicode.IsGraphic(r)
	}
	return !unicode.IsGraphic(r) ||
		unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
		r == '\u2800' // a blank symbol
}
