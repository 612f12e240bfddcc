package output

import (
	"bytes"
	"io"
)

// pieceSize is the size at which text of a list is written.
const pieceSize = 1 << 20

// dataset is a list or a single item without its type: cells by row and column,
// computed when a format needs them.
type dataset struct {
	normalizer

	w        io.Writer // of long lists; see spill
	spilled  bool
	list     bool
	terminal bool // the output is a terminal
	keys     []string
	name     int // the column that names a row
	wraps    []bool
	spare    []int // 0 for columns that are always shown
	states   []bool
	marks    []bool
	rows     int
	value    func(row, column int) any
	text     func(row, column int) string // one or more lines, not sanitized
	unset    func(row, column int) string
	lines    func(row, column int) []string
	document []byte                     // JSON, in place of rows
	typed    func(row, column int) bool // text cannot be a formula: a number, a boolean, or Exact
}

// newSheet returns the dataset of items, in the given order if not nil.
func newSheet[T any](columns []Column[T], items []T, order []int, list bool) *dataset {
	item := func(row int) T {
		if order == nil {
			return items[row]
		}
		return items[order[row]]
	}
	s := &dataset{list: list, rows: len(items)}
	for i, c := range columns {
		s.keys = append(s.keys, c.Key)
		s.wraps = append(s.wraps, c.Wrap)
		s.spare = append(s.spare, c.Spare)
		s.states = append(s.states, c.State)
		s.marks = append(s.marks, c.Mark)
		if c.Name {
			s.name = i
		}
	}
	s.value = func(row, column int) any {
		return s.normalizer.value(columns[column].Value(item(row)))
	}
	s.text = func(row, column int) string {
		if c := columns[column]; c.Text != nil {
			return c.Text(item(row))
		}
		return text(s.value(row, column))
	}
	s.unset = func(row, column int) string {
		if c := columns[column]; c.Unset != nil {
			return c.Unset(item(row))
		}
		return ""
	}
	s.lines = func(row, column int) []string {
		if c := columns[column]; c.Lines != nil {
			return c.Lines(item(row))
		} else if list, ok := s.value(row, column).([]string); ok && c.Text == nil {
			return list
		}
		return []string{s.text(row, column)}
	}
	s.typed = func(row, column int) bool {
		if columns[column].Exact {
			return true
		} else if columns[column].Text != nil {
			return false
		}
		switch s.value(row, column).(type) {
		case bool, int64, float64:
			return true
		}
		return false
	}
	return s
}

// spill writes complete rows of b once they are large, and returns the rest, so
// that the text of a long list is not in memory all at once. All values are
// checked before the first write.
func (s *dataset) spill(b []byte) []byte {
	if len(b) < pieceSize || s.w == nil || s.err != nil {
		return b
	}
	if !s.spilled {
		s.check()
	}
	lines := bytes.LastIndexByte(b, '\n') + 1
	if s.err == nil {
		s.spilled = true
		_, s.err = s.w.Write(b[:lines])
	}
	return append(b[:0], b[lines:]...)
}

// check records an error for a value that cannot be printed.
func (s *dataset) check() {
	for row := range s.rows {
		for column := range s.keys {
			if s.value(row, column); s.err != nil {
				return
			}
		}
	}
}
