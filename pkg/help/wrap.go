package help

import "strings"

// joint stands for a space at which no line is broken.
const joint = "\x00"

// Glue makes Wrap and Layout break no line within text.
func Glue(text string) string { return strings.ReplaceAll(text, " ", joint) }

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
	return strings.ReplaceAll(b.String(), joint, " ")
}
