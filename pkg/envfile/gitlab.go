package envfile

import (
	"strings"
	"unicode"
)

// checkGitLab accepts values that a dotenv report preserves: GitLab supports no
// quotes, trims spaces, and expands $ and % when a variable is used.
func checkGitLab(value string) string {
	switch {
	case strings.ContainsAny(value, "$%"):
		return "contains a dollar or percent sign, which GitLab expands"
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return "contains a space or an invisible character, which is not allowed in a dotenv report"
	}
	return checkText(value)
}
