package cmd

import (
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
)

// forTerminal is a text in Markdown as people read it on a terminal of this width:
// paragraphs are broken between words, and each row of a table is a point of a
// list. Blocks of code stay as they are.
func forTerminal(text string, width int) string {
	var b strings.Builder
	fenced := false
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
			b.WriteString(line)
		case fenced, strings.HasPrefix(line, "    "):
			b.WriteString(line)
		case strings.HasPrefix(line, "|---"), isHeader(text, line):
			continue
		case strings.HasPrefix(line, "|"):
			b.WriteString(cli.Wrap(point(line), width))
		default:
			b.WriteString(cli.Wrap(line, width))
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// isHeader reports whether a line is the first one of a table.
func isHeader(text, line string) bool {
	return strings.HasPrefix(line, "|") && strings.Contains(text, line+"\n|---")
}

// point makes a row of a table a point of a list: its last cell is what is said of
// the others.
func point(row string) string {
	var cells []string
	for cell := range strings.SplitSeq(strings.Trim(row, "|"), "|") {
		if cell = strings.TrimSpace(cell); cell != "" {
			cells = append(cells, cell)
		}
	}
	last := len(cells) - 1
	if last < 1 {
		return "- " + strings.Join(cells, "")
	}
	return "- " + strings.Join(cells[:last], ", ") + ": " + cells[last]
}
