package cli

import "strings"

// Wrap breaks a line between words, so that it fits into width columns; what
// follows the first part is indented by two. A word that is too long stays
// whole, so that it can be copied. No width is no limit.
func Wrap(line string, width int) string {
	const indent = "  "
	var b strings.Builder
	used := 0
	for i, word := range strings.Split(line, " ") {
		size := len([]rune(word))
		switch {
		case i == 0:
		case width > 0 && used+1+size > width:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += size
	}
	return b.String()
}

// Sentence begins words with a capital letter.
func Sentence(words string) string { return strings.ToUpper(words[:1]) + words[1:] }
