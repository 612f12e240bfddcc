package atomicfile

import (
	"fmt"
	"strings"
)

// Name encodes a text as a file name that is valid on every system: letters,
// digits, dots, dashes and underscores are kept, and %XX encodes every other
// byte. Different texts have different names.
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
