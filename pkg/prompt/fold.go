package prompt

import "strings"

// fold breaks a text between words into lines of a width, all but the first one indented.
// A word that is too long stays whole. A blank at the end stays there.
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

// labeled is a question with a colon before its answer, unless it ends with a sign.
func labeled(text string) string {
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ":") {
		return text
	}
	return text + ":"
}
