package output

import (
	"bytes"
	"iter"
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
	whitespace = "  "
	// longest is the maximum width of a cell, because every row is padded to
	// the widest.
	longest = 1000
	// manyRows is the number of rows from which tablewriter is too slow.
	manyRows = 1000
)

// table draws columns separated by spaces.
func (s *dataset) table(o Options) ([]byte, error) {
	if s.rows == 0 {
		return nil, s.err
	}
	g := grid{header: make([]cell, len(s.keys)), widths: make([]int, len(s.keys))}
	for column, key := range s.keys {
		g.columns = append(g.columns, column)
		if !o.NoHeaders {
			g.header[column] = o.Style.label(key)
			g.widths[column] = len(g.header[column].text)
		}
	}
	cells := func(row int) []cell {
		all := make([]cell, len(s.keys))
		for column := range s.keys {
			all[column] = s.cell(row, column, o)
			all[column].text = cut(Sanitize(all[column].text), longest)
		}
		return all
	}
	fits := o.Width == 0 || o.Format == Wide
	for row := range s.rows {
		all := cells(row)
		for column, c := range all {
			g.widths[column] = max(g.widths[column], width(c.text))
		}
		if !fits || s.rows <= manyRows { // longer lists compute them again to save memory
			g.rows = append(g.rows, all)
		}
	}
	if !fits {
		g = s.fit(g, o)
	}
	header := [][]cell{g.header}
	if o.NoHeaders {
		header = nil
	}
	switch {
	case g.rows == nil:
		return s.pad(header, func(yield func([]cell) bool) {
			for row := 0; row < s.rows && yield(cells(row)); row++ {
			}
		}, g.widths), nil
	case len(g.rows) > manyRows:
		return s.pad(header, slices.Values(g.rows), g.widths), nil
	}
	text, err := draw(slices.Concat(header, g.rows))
	return trim(text), err
}

// label returns a heading.
func (y Style) label(key string) cell {
	c := cell{text: heading(key)}
	if y.Color {
		c.style = bold
	}
	return c
}

// cell returns the value of a table. A plain table has dates, not times.
func (s *dataset) cell(row, column int, o Options) cell {
	v, wide := s.value(row, column), o.Format == Wide
	if at, ok := v.(time.Time); ok && !wide {
		if o.Style.Now.IsZero() {
			return cell{text: at.UTC().Format(time.DateOnly)}
		}
		return cell{text: Moment(o.Style.Now, at)}
	}
	if marked, ok := v.(bool); ok && s.marks[column] && o.Style.Mark != "" {
		if !marked {
			return cell{}
		}
		return cell{text: o.Style.Mark}
	}
	if v == nil && !o.Style.Now.IsZero() {
		if text := s.unset(row, column); text != "" {
			return cell{text: text}
		}
	}
	return s.colorCell(column, s.text(row, column), o.Style)
}

// colorCell returns a text in the color of its state, if any.
func (s *dataset) colorCell(column int, text string, y Style) cell {
	c := cell{text: text}
	if y.Color && s.states[column] {
		c.style = tone(text)
	}
	return c
}

// record writes a single item, without cuts. A value that does not fit beside its label
// continues below it, unless a word would have to be broken.
func (s *dataset) record(o Options) []byte {
	labels := 0
	for _, key := range s.keys {
		labels = max(labels, len(heading(key)))
	}
	var rows [][]cell
	for column, key := range s.keys {
		label := o.Style.label(key)
		for _, line := range oneLine(s.detail(column, o.Style)) {
			for _, part := range foldBetweenWords(Sanitize(line), o.Width-labels-len(whitespace)) {
				rows = append(rows, []cell{label, s.colorCell(column, part, o.Style)})
				label = cell{}
			}
		}
	}
	return s.pad(nil, slices.Values(rows), []int{labels, 0})
}

// detail returns the value of a single item: a time is exact, and also relative
// to now.
func (s *dataset) detail(column int, y Style) []string {
	lines := s.lines(0, column)
	if y.Now.IsZero() {
		return lines
	}
	switch v := s.value(0, column).(type) {
	case time.Time:
		return []string{s.text(0, column) + " (" + Moment(y.Now, v) + ")"}
	case nil:
		if text := s.unset(0, column); text != "" {
			return []string{text}
		}
	}
	return lines
}

// shortWidth is the width up to which several values share a line.
const shortWidth = 60

// oneLine joins values that are short together; otherwise each has a line.
func oneLine(values []string) []string {
	if joined := strings.Join(values, ", "); len(joined) <= shortWidth {
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

// draw renders with tablewriter.
func draw(lines [][]cell) ([]byte, error) {
	var b bytes.Buffer
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{Global: tw.Padding{Right: whitespace, Overwrite: true}},
	}
	table := tablewriter.NewTable(&b,
		tablewriter.WithRowConfig(cells),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithEastAsian(false), // the same bytes in every locale
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
		})),
	)
	for _, line := range lines {
		texts := make([]string, len(line))
		for column, c := range line {
			texts[column] = c.String()
		}
		if err := table.Append(texts); err != nil {
			return nil, err
		}
	}
	err := table.Render()
	return b.Bytes(), err
}

// trim removes trailing spaces of lines, in place.
func trim(text []byte) []byte {
	b := text[:0]
	for line := range bytes.Lines(text) {
		b = append(append(b, bytes.TrimRight(line, " \n")...), '\n')
	}
	return b
}

// pad is draw for many rows: the same output at a thirtieth of the cost.
func (s *dataset) pad(header [][]cell, rows iter.Seq[[]cell], widths []int) []byte {
	var b []byte
	line := func(cells []cell) {
		for column, c := range cells {
			b = append(b, c.String()...)
			if column < len(cells)-1 {
				for range widths[column] - width(c.text) + len(whitespace) {
					b = append(b, ' ')
				}
			}
		}
		b = append(bytes.TrimRight(b, " "), '\n')
	}
	for _, cells := range header {
		line(cells)
	}
	for cells := range rows {
		line(cells)
		if b = s.spill(b); s.err != nil {
			return nil
		}
	}
	return b
}

// width returns the number of terminal columns, independent of the locale.
func width(s string) int {
	if isPlainASCII(s) {
		return len(s)
	}
	return measure().StringWidth(s)
}

// cut shortens s to at most columns terminal columns.
func cut(s string, columns int) string {
	if width(s) <= columns {
		return s
	}
	return measure().Truncate(s, columns, "…")
}

// measure ignores the locale, so that the same input gives the same bytes.
func measure() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }
