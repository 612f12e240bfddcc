package plan

import (
	"cmp"
	"slices"
	"strings"
)

// Problem is an error in a file. Its text never has a secret.
type Problem struct {
	Position

	Why string
}

// String returns position and reason.
func (p Problem) String() string { return p.Position.String() + ": " + p.Why }

// Error reports all problems of a file and its fragments, by file and line.
type Error struct{ Problems []Problem }

// Error returns the problems, one in a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sortProblems sorts problems by line within each file, and keeps the order of files.
func sortProblems(all []Problem) []Problem {
	order := map[string]int{}
	for _, p := range all {
		if _, known := order[p.Path]; !known {
			order[p.Path] = len(order)
		}
	}
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(order[a.Path], order[b.Path]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(all)
}
