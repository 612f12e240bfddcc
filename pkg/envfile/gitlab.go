package envfile

import (
	"strings"
	"unicode"
)

// checkGitLab admits what a dotenv report keeps: GitLab knows no quotes there,
// cuts blanks off, and expands $ and % when it uses a variable.
func checkGitLab(value string) string {
	switch {
	case strings.ContainsAny(value, "$%"):
		return "contains a dollar or percent sign, which GitLab expands"
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return "contains a blank or an invisible character, which is not allowed in a dotenv report"
	}
	return checkText(value)
}
