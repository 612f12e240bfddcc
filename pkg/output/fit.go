package output

import (
	"slices"
	"strings"
)

const (
	// phrase is how far a column of several words shrinks before other columns
	// are left out.
	phrase = 24
	// word is how much of an id, an address or a name is kept whole for as long.
	word = 40
	// narrowest is how far every column shrinks where nothing can be left out.
	narrowest = 6
)

// A grid is a table before it is drawn.
type grid struct {
	columns []int // of the sheet
	header  []string
	rows    [][]string
	widths  []int // of the columns, in those of a terminal
}

// fit makes a grid as narrow as a terminal. Columns of several words shrink first:
// half an id or a date says nothing. Then the columns that can be spared are left
// out, unless the user named them, and what is still too wide is cut.
func (s *sheet) fit(g grid, o Options) grid {
	floors := s.floors(g)
	var leftOut []string
	for len(o.Columns) == 0 && across(floors) > o.Width {
		last, most := -1, 1
		for i, column := range g.columns {
			if s.spare[column] >= most {
				last, most = i, s.spare[column]
			}
		}
		if last < 0 {
			break
		}
		leftOut = append(leftOut, heading(s.keys[g.columns[last]]))
		floors = slices.Delete(floors, last, last+1)
		g = g.without(last)
	}
	if len(leftOut) > 0 && o.LeftOut != nil {
		slices.Reverse(leftOut)
		o.LeftOut(leftOut)
	}
	shrink(g.widths, floors, o.Width)
	name := slices.Index(g.columns, s.name)
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
	return s.fitted(g)
}

// floors are the widths below which columns say nothing any more.
func (s *sheet) floors(g grid) []int {
	floors := slices.Clone(g.widths)
	for i, column := range g.columns {
		floors[i] = min(floors[i], word)
		if s.wraps[column] || slices.ContainsFunc(g.rows, func(cells []string) bool { return strings.Contains(cells[i], " ") }) {
			floors[i] = min(g.widths[i], max(phrase, width(g.header[i])))
		}
		if s.wraps[column] { // an id in it stays whole, to be copied
			floors[i] = max(floors[i], min(word, g.longestWord(i)))
		}
	}
	return floors
}

// longestWord is the width of the longest word in the cells of a column.
func (g grid) longestWord(i int) int {
	longest := 0
	for _, cells := range g.rows {
		for word := range strings.FieldsSeq(cells[i]) {
			longest = max(longest, width(word))
		}
	}
	return longest
}

// without leaves out a column.
func (g grid) without(i int) grid {
	for row, cells := range g.rows {
		g.rows[row] = slices.Delete(cells, i, i+1)
	}
	g.columns, g.header, g.widths = slices.Delete(g.columns, i, i+1), slices.Delete(g.header, i, i+1), slices.Delete(g.widths, i, i+1)
	return g
}

// across is the width of a line.
func across(widths []int) int {
	total := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	return total
}

// shrink takes from the widest column that is above its floor until a line has at
// most total columns.
func shrink(widths, floors []int, total int) {
	for excess := across(widths) - total; excess > 0; excess-- {
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

// fitted cuts or wraps the cells to the widths of their columns.
func (s *sheet) fitted(g grid) grid {
	var lines [][]string
	for _, cells := range g.rows {
		first := len(lines)
		lines = append(lines, make([]string, len(cells)))
		for i, cell := range cells {
			parts := []string{cut(cell, g.widths[i])}
			if s.wraps[g.columns[i]] {
				parts = fold(cell, g.widths[i])
			}
			for j, part := range parts {
				if first+j == len(lines) {
					lines = append(lines, make([]string, len(cells)))
				}
				lines[first+j][i] = part
			}
		}
	}
	g.rows = lines
	for i, cell := range g.header {
		g.header[i] = cut(cell, g.widths[i])
	}
	return g
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
