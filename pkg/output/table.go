package output

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

const (
	gap = "  "
	// longest is where a cell is cut even where there is room, because every
	// row is padded to the widest.
	longest = 1000
	// narrowest is how far columns shrink to make a table fit.
	narrowest = 6
	// many is the number of rows from which tablewriter would be felt.
	many = 1000
)

// table draws columns with nothing but blanks between them.
func (s *sheet) table(o Options) ([]byte, error) {
	if s.rows == 0 {
		return nil, s.err
	}
	widths := make([]int, len(s.keys))
	header := make([]string, len(s.keys))
	for column, key := range s.keys {
		header[column] = heading(key)
		if !o.NoHeaders {
			widths[column] = len(header[column])
		}
	}
	rows := make([][]string, s.rows)
	for row := range rows {
		rows[row] = make([]string, len(s.keys))
		for column := range s.keys {
			cell := cut(Sanitize(s.cell(row, column, o.Format == Wide)), longest)
			rows[row][column] = cell
			widths[column] = max(widths[column], width(cell))
		}
	}
	if o.Width > 0 && o.Format != Wide {
		fit(widths, s.name, o.Width)
		var lines [][]string
		for _, cells := range rows {
			lines = append(lines, s.fitted(cells, widths)...)
		}
		rows = lines
		for column, cell := range header {
			header[column] = cut(cell, widths[column])
		}
	}
	if o.NoHeaders {
		header = nil
	}
	if len(rows) > many {
		return pad(header, rows, widths), nil
	}
	return draw(header, rows)
}

// fitted are the lines of a row in columns of some widths: one, with what is too
// long cut off, and those with which wrapped cells go on.
func (s *sheet) fitted(cells []string, widths []int) [][]string {
	lines := [][]string{make([]string, len(cells))}
	for column, cell := range cells {
		parts := []string{cut(cell, widths[column])}
		if s.wraps[column] {
			parts = fold(cell, widths[column])
		}
		for i, part := range parts {
			if i == len(lines) {
				lines = append(lines, make([]string, len(cells)))
			}
			lines[i][column] = part
		}
	}
	return lines
}

// fold breaks a text between words into lines of at most so many columns. A word
// that is longer is broken, too.
func fold(s string, columns int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && width(line)+1+width(word) <= columns {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; width(line) > columns; {
			head := measure().Truncate(line, columns, "")
			if head == "" {
				break // not even one character has room
			}
			lines, line = append(lines, head), line[len(head):]
		}
	}
	return append(lines, line)
}

// cell is a text of a table. The plain one has room for a date, not for a time.
func (s *sheet) cell(row, column int, wide bool) string {
	if at, ok := s.value(row, column).(time.Time); ok && !wide {
		return at.UTC().Format(time.DateOnly)
	}
	return s.text(row, column)
}

// record writes a single thing, with a line for each column and no cuts.
func (s *sheet) record() []byte {
	labels := 0
	for _, key := range s.keys {
		labels = max(labels, len(heading(key)))
	}
	var rows [][]string
	for column, key := range s.keys {
		label := heading(key)
		for _, line := range oneLine(s.lines(0, column)) {
			rows = append(rows, []string{label, Sanitize(line)})
			label = ""
		}
	}
	return pad(nil, rows, []int{labels, 0})
}

// short is the width up to which several values stay on one line.
const short = 60

// oneLine joins values that are short together, and keeps others apart.
func oneLine(values []string) []string {
	if joined := strings.Join(values, ", "); len(joined) <= short {
		return []string{joined}
	}
	return values
}

// heading turns clientId into CLIENT ID.
func heading(key string) string {
	var b strings.Builder
	previous := ' '
	for _, r := range key {
		if unicode.IsUpper(r) && unicode.IsLower(previous) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToUpper(r))
		previous = r
	}
	return b.String()
}

// fit shrinks widths until a line has at most total columns, always taking
// from the widest, and from the one that names the row only at last.
func fit(widths []int, name, total int) {
	excess := len(gap)*(len(widths)-1) - total
	for _, w := range widths {
		excess += w
	}
	for _, spared := range []int{name, -1} {
		for ; excess > 0; excess-- {
			widest := -1
			for i, w := range widths {
				if i != spared && w > narrowest && (widest < 0 || w > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
		}
	}
}

// draw renders by tablewriter.
func draw(header []string, rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	cells := func() tw.CellConfig {
		return tw.CellConfig{
			Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
			Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
			Padding:    tw.CellPadding{Global: tw.Padding{Right: gap, Overwrite: true}},
		}
	}
	table := tablewriter.NewTable(&b,
		tablewriter.WithHeaderConfig(cells()),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithRowConfig(cells()),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithEastAsian(false), // the same bytes in every locale
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
		})),
	)
	if header != nil {
		table.Header(header)
	}
	for _, row := range rows {
		if err := table.Append(row); err != nil {
			return nil, err
		}
	}
	if err := table.Render(); err != nil {
		return nil, err
	}
	return trim(b.Bytes()), nil
}

func trim(text []byte) []byte {
	b := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		b = append(append(b, bytes.TrimRight(line, " \n")...), '\n')
	}
	return b
}

// pad is draw for many rows: it looks the same at a thirtieth of the cost.
func pad(header []string, rows [][]string, widths []int) []byte {
	var b []byte
	line := func(cells []string) {
		for column, cell := range cells {
			b = append(b, cell...)
			if column < len(cells)-1 {
				b = append(b, strings.Repeat(" ", widths[column]-width(cell)+len(gap))...)
			}
		}
		b = append(bytes.TrimRight(b, " "), '\n')
	}
	if header != nil {
		line(header)
	}
	for _, cells := range rows {
		line(cells)
	}
	return slices.Clip(b)
}

// width counts terminal columns, in no locale.
func width(s string) int {
	if plain(s) {
		return len(s)
	}
	return measure().StringWidth(s)
}

// cut shortens s to at most the given number of terminal columns.
func cut(s string, columns int) string {
	if width(s) <= columns {
		return s
	}
	return measure().Truncate(s, columns, "…")
}

// measure ignores the locale, so that the same input gives the same bytes.
func measure() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }
