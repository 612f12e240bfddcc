package envfile

import (
	"fmt"
	"strings"
	"unicode"
)

// checkSystemd refuses control characters, for which systemd skips the
// variable, and noncharacters, for which it skips the file.
func checkSystemd(value string) string {
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' || r == 0x7f }):
		return "contains a control character; systemd would skip the variable"
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.Is(unicode.Noncharacter_Code_Point, r) }):
		return "contains a code point that is not a character, which systemd does not read"
	}
	return checkText(value)
}

func exportSystemd(b []byte, vars []Var) []byte {
	escape := strings.NewReplacer(`"`, `\"`, `\`, `\\`, "`", "\\`", `$`, `\$`)
	for _, v := range vars {
		b = fmt.Appendf(b, "%s=\"%s\"\n", v.Name, escape.Replace(v.Value))
	}
	return b
}
