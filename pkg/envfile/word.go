package envfile

import (
	"fmt"
	"strings"
)

// BashWord returns a text as one word of a script for bash or zsh. The word is
// ASCII for any text: see exportSh.
func BashWord(text string) string {
	switch {
	case text != "" && isPlain(text):
		return text
	case isASCII(text):
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	b := []byte("$'")
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '\'' || c == '\\' || c == '!' {
			b = fmt.Appendf(b, `\%03o`, c)
			continue
		}
		b = append(b, c)
	}
	return string(append(b, '\''))
}

// FishWord returns a text as one word of a script for fish. The word is ASCII
// for any text: see exportFish.
func FishWord(text string) string { return string(appendFish(nil, text, "''")) }
