package prompt

import "strings"

// fold breaks a text between words into lines of a width, and indents all but
// the first. A longer word is not broken. A trailing space is kept.
func fold(text string, width int) []string {
	const indent = "  "
	body := strings.TrimRight(text, " ")
	end := text[len(body):]
	var lines []string
	line := ""
	for i, word := range strings.Split(body, " ") {
		switch {
		case i == 0:
			line = word
		case columns(line)+1+columns(word)+len(end) > width && strings.TrimSpace(line) != "":
			lines = append(lines, line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	return append(lines, line+end)
}

// withColon returns a question with a colon, unless it ends with punctuation.
func withColon(text string) string {
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ":") {
		return text
	}
	return text + ":"
}
