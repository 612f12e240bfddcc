package output

// A sheet is a list or a single thing without its type: cells by row and
// column, made when a format asks for them.
type sheet struct {
	normaliser

	list     bool
	terminal bool // what is written is shown by a terminal
	keys     []string
	name     int // the column that names a row
	wraps    []bool
	spare    []int // 0 for columns that are never left out
	states   []bool
	marks    []bool
	rows     int
	value    func(row, column int) any
	text     func(row, column int) string // of one line or more, not sanitised
	unset    func(row, column int) string
	lines    func(row, column int) []string
	typed    func(row, column int) bool // whether text is no formula: a number, a truth, or exact
}

func newSheet[T any](columns []Column[T], items []T, list bool) *sheet {
	s := &sheet{list: list, rows: len(items)}
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
		return s.normaliser.value(columns[column].Value(items[row]))
	}
	s.text = func(row, column int) string {
		if c := columns[column]; c.Text != nil {
			return c.Text(items[row])
		}
		return text(s.value(row, column))
	}
	s.unset = func(row, column int) string {
		if c := columns[column]; c.Unset != nil {
			return c.Unset(items[row])
		}
		return ""
	}
	s.lines = func(row, column int) []string {
		if c := columns[column]; c.Lines != nil {
			return c.Lines(items[row])
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
