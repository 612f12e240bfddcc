package atomicfile

import (
	"fmt"
	"strings"
)

// Name makes a text the name of a file that every system takes: letters, digits,
// dots, dashes and underscores stay, and %XX stands for every other byte. Different
// texts have different names.
func Name(text string) string {
	var name strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && 0 < i && i < len(text)-1:
			name.WriteByte(c)
		default:
			fmt.Fprintf(&name, "%%%02X", c)
		}
	}
	return name.String()
}
