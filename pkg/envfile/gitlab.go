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
		return "holds a dollar or percent sign, which GitLab expands"
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return "holds a blank or a character that does not show, which a dotenv report cannot"
	}
	return checkText(value)
}
