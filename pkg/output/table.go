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
	gap = "  "
	// longest is where a cell is cut even where there is room, because every
	// row is padded to the widest.
	longest = 1000
	// many is the number of rows from which tablewriter would be felt.
	many = 1000
)

// table draws columns with nothing but blanks between them.
func (s *sheet) table(o Options) ([]byte, error) {
	if s.rows == 0 {
		return nil, s.err
	}
	g := grid{header: make([]string, len(s.keys)), widths: make([]int, len(s.keys))}
	for column, key := range s.keys {
		g.columns = append(g.columns, column)
		if !o.NoHeaders {
			g.header[column] = heading(key)
			g.widths[column] = len(g.header[column])
		}
	}
	cells := func(row int) []string {
		all := make([]string, len(s.keys))
		for column := range s.keys {
			all[column] = cut(Sanitize(s.cell(row, column, o.Format == Wide)), longest)
		}
		return all
	}
	fits := o.Width == 0 || o.Format == Wide
	for row := range s.rows {
		all := cells(row)
		for column, cell := range all {
			g.widths[column] = max(g.widths[column], width(cell))
		}
		if !fits || s.rows <= many { // else they are made again: all at once take much memory
			g.rows = append(g.rows, all)
		}
	}
	if !fits {
		g = s.fit(g, o)
	}
	if o.NoHeaders {
		g.header = nil
	}
	switch {
	case g.rows == nil:
		return s.pad(g.header, func(yield func([]string) bool) {
			for row := 0; row < s.rows && yield(cells(row)); row++ {
			}
		}, g.widths), nil
	case len(g.rows) > many:
		return s.pad(g.header, slices.Values(g.rows), g.widths), nil
	}
	return draw(g.header, g.rows)
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
	return s.pad(nil, slices.Values(rows), []int{labels, 0})
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
func (s *sheet) pad(header []string, rows iter.Seq[[]string], widths []int) []byte {
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
	for cells := range rows {
		line(cells)
		if b = s.spill(b); s.err != nil {
			return nil
		}
	}
	return b
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
