package help

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Markdown returns a text in Markdown as people read it: headings are bold, code is
// indented, tables have columns, and links are plain text.
func (l Layout) Markdown(text string) string {
	var b, prose strings.Builder
	var table []string
	flush := func() {
		if prose.Len() > 0 {
			b.WriteString(l.Prose(stripMarks(prose.String())) + "\n")
			prose.Reset()
		}
		if len(table) > 0 {
			b.WriteString(l.table(table))
			table = nil
		}
	}
	isCode := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		heading := strings.TrimLeft(line, "#")
		switch {
		case strings.HasPrefix(line, "```"):
			flush()
			isCode = !isCode
		case isCode:
			b.WriteString("    " + line + "\n")
		case strings.HasPrefix(line, "    "):
			flush()
			b.WriteString(line + "\n")
		case strings.HasPrefix(line, "|"):
			if len(table) == 0 {
				flush()
			}
			table = append(table, line)
		case strings.TrimSpace(line) == "":
			flush()
			b.WriteByte('\n')
		case heading != line && strings.HasPrefix(heading, " "):
			flush()
			b.WriteString(l.bold(strings.ToUpper(stripMarks(strings.TrimSpace(heading)))) + "\n")
		default:
			prose.WriteString(line + "\n")
		}
	}
	flush()
	return strings.ReplaceAll(strings.TrimRight(b.String(), "\n"), joint, " ")
}

// stripMarks removes the marks of Markdown from text: of code, emphasis and links. No line is
// broken in code.
func stripMarks(text string) string {
	text = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`).ReplaceAllString(text, "$1 ($2)")
	text = regexp.MustCompile(`\*\*([^*]+)\*\*`).ReplaceAllString(text, "$1")
	return regexp.MustCompile("`([^`]+)`").ReplaceAllStringFunc(text, func(code string) string {
		return Glue(strings.Trim(code, "`"))
	})
}

// table returns the rows of a table in columns, of which the last one is broken between
// words. Where that one would be too narrow each row is a point of a list.
func (l Layout) table(lines []string) string {
	var rows [][]string
	for _, line := range lines {
		if strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| ---") {
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			cells = append(cells, stripMarks(strings.TrimSpace(cell)))
		}
		rows = append(rows, cells)
	}
	const minWidth = 30 // columns in which a sentence can be read
	widths, used, longest := make([]int, len(rows[0])), 0, 0
	last := len(widths) - 1
	for i := range widths {
		for _, row := range rows {
			if i < len(row) {
				widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
			}
		}
		if i < last {
			used += widths[i] + 2
		}
	}
	longest = widths[last]
	var b strings.Builder
	if used+min(longest, minWidth) > l.Width {
		for _, row := range rows[1:] {
			b.WriteString(l.fill(listPoint(row), "- ", "  ") + "\n")
		}
		return b.String()
	}
	for i, row := range rows {
		var first strings.Builder
		for j, cell := range row[:min(last, len(row))] {
			first.WriteString(cell + strings.Repeat(" ", widths[j]+2-utf8.RuneCountInString(cell)))
		}
		text := l.fill(row[len(row)-1], first.String(), strings.Repeat(" ", used))
		if i == 0 {
			text = l.bold(text)
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// listPoint makes a row of a table a point of a list: its last cell explains the others.
func listPoint(row []string) string {
	var cells []string
	for _, cell := range row {
		if cell != "" {
			cells = append(cells, cell)
		}
	}
	last := len(cells) - 1
	if last < 1 {
		return strings.Join(cells, "")
	}
	return strings.Join(cells[:last], ", ") + ": " + cells[last]
}
