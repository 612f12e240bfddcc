package output

import (
	"math"
	"slices"
	"strings"
)

const (
	// phrase is the width to which columns of several words shrink before other
	// columns are hidden.
	phrase = 24
	// word is the maximum width up to which IDs, addresses and names are kept
	// whole for as long.
	word = 40
	// least is the width to which such a column shrinks before the last
	// optional columns are hidden.
	least = 12
	// unbroken is the maximum width of words that wrapped columns keep whole before
	// they are broken: longer ones are IDs and addresses.
	unbroken = 16
	// narrowest is the width to which any column shrinks if no more can be
	// hidden.
	narrowest = 6
)

// grid is the content of a table before it is drawn.
type grid struct {
	columns []int // of the dataset
	header  []cell
	rows    [][]cell
	widths  []int // in terminal columns
}

// fit fits a grid to the width of a terminal. Columns of several words shrink
// first, because partial IDs and dates are useless. Then columns are hidden
// unless the user named them: empty ones, then those with Spare. The rest is
// cut.
func (s *dataset) fit(g grid, o Options) grid {
	var leftOut []int
	omit := func(needed func() []int, omittable func(i int) int) {
		for len(o.Columns) == 0 && totalWidth(needed()) > o.Width {
			last, most := -1, 1
			for i := range g.columns {
				if n := omittable(i); n >= most {
					last, most = i, n
				}
			}
			if last < 0 {
				return
			}
			leftOut = append(leftOut, g.columns[last])
			g = g.without(last)
		}
	}
	omit(func() []int { return g.widths }, func(i int) int {
		if g.columns[i] != s.name && g.empty(i) {
			return 1
		}
		return 0
	})
	omit(func() []int { return s.minWidths(g, phrase) }, func(i int) int { return s.spare[g.columns[i]] })
	omit(func() []int { return s.minWidths(g, least) }, func(i int) int { return -s.spare[g.columns[i]] })
	if len(leftOut) > 0 && o.LeftOut != nil {
		slices.Sort(leftOut)
		headings := make([]string, len(leftOut))
		for i, column := range leftOut {
			headings[i] = heading(s.keys[column])
		}
		o.LeftOut(headings)
	}
	floors := s.minWidths(g, phrase)
	shrink(g.widths, floors, o.Width)
	name := slices.Index(g.columns, s.name)
	for i, width := range g.widths {
		if i != name && s.wraps[g.columns[i]] {
			floors[i] = min(width, max(narrowest, g.longestWordWithin(i, word)))
		}
	}
	shrink(g.widths, floors, o.Width)
	for i, width := range g.widths {
		if i != name {
			floors[i] = min(width, narrowest)
			if s.wraps[g.columns[i]] {
				floors[i] = min(width, max(narrowest, g.longestWordWithin(i, unbroken)))
			}
		}
	}
	shrink(g.widths, floors, o.Width)
	if name >= 0 {
		floors[name] = min(g.widths[name], least)
	}
	shrink(g.widths, floors, o.Width)
	for i, width := range g.widths {
		if i != name {
			floors[i] = min(width, narrowest)
		}
	}
	shrink(g.widths, floors, o.Width)
	if name >= 0 {
		floors[name] = min(g.widths[name], narrowest)
	}
	shrink(g.widths, floors, o.Width)
	return s.visibleColumns(g)
}

// minWidths returns the minimum widths of columns; words is that of columns of
// several words.
func (s *dataset) minWidths(g grid, words int) []int {
	floors := slices.Clone(g.widths)
	for i, column := range g.columns {
		floors[i] = min(floors[i], word)
		if s.wraps[column] || slices.ContainsFunc(g.rows, func(cells []cell) bool { return strings.Contains(cells[i].text, " ") }) {
			floors[i] = min(g.widths[i], max(words, width(g.header[i].text)))
		}
		if s.wraps[column] { // IDs must stay whole for copying
			floors[i] = max(floors[i], min(word, g.longestWord(i)))
		}
	}
	return floors
}

// longestWord returns the width of the longest word of a column.
func (g grid) longestWord(i int) int { return g.longestWordWithin(i, math.MaxInt) }

// longestWordWithin is longestWord of the words that are not wider than most.
func (g grid) longestWordWithin(i, most int) int {
	longest := 0
	for _, cells := range g.rows {
		for word := range strings.FieldsSeq(cells[i].text) {
			if w := width(word); w <= most {
				longest = max(longest, w)
			}
		}
	}
	return longest
}

// empty reports whether all cells of a column are empty.
func (g grid) empty(i int) bool {
	return !slices.ContainsFunc(g.rows, func(cells []cell) bool { return cells[i].text != "" })
}

// without removes a column.
func (g grid) without(i int) grid {
	for row, cells := range g.rows {
		g.rows[row] = slices.Delete(cells, i, i+1)
	}
	g.columns, g.header, g.widths = slices.Delete(g.columns, i, i+1), slices.Delete(g.header, i, i+1), slices.Delete(g.widths, i, i+1)
	return g
}

// totalWidth returns the width of a line.
func totalWidth(widths []int) int {
	total := len(whitespace) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	return total
}

// shrink narrows the widest column above its floor until a line has at most
// total columns.
func shrink(widths, floors []int, total int) {
	for excess := totalWidth(widths) - total; excess > 0; excess-- {
		widest := -1
		for i, w := range widths {
			if w > floors[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// visibleColumns cuts or wraps cells to the widths of their columns.
func (s *dataset) visibleColumns(g grid) grid {
	var lines [][]cell
	for _, cells := range g.rows {
		first := len(lines)
		lines = append(lines, make([]cell, len(cells)))
		for i, c := range cells {
			parts := []string{cut(c.text, g.widths[i])}
			if s.wraps[g.columns[i]] {
				parts = fold(c.text, g.widths[i])
			}
			for j, part := range parts {
				if first+j == len(lines) {
					lines = append(lines, make([]cell, len(cells)))
				}
				lines[first+j][i] = cell{part, c.style}
			}
		}
	}
	g.rows = lines
	for i, c := range g.header {
		g.header[i].text = cut(c.text, g.widths[i])
	}
	return g
}

// foldBetweenWords is fold, but leaves a text whole that has a longer word or no room.
func foldBetweenWords(s string, columns int) []string {
	if columns <= 0 || width(s) <= columns {
		return []string{s}
	}
	for word := range strings.FieldsSeq(s) {
		if width(word) > columns {
			return []string{s}
		}
	}
	return fold(s, columns)
}

// fold breaks a text between words into lines of at most columns columns.
// Longer words are broken too.
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
				break // no room for a single character
			}
			lines, line = append(lines, head), line[len(head):]
		}
	}
	return append(lines, line)
}
