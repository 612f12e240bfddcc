package bulk

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/textfile"
)

// A kind is what the rows of a file are about. Its functions return the fault of
// a row as a text, else "".
type kind[E any] struct {
	key     string   // the column that makes a first line a header
	columns []string // all that there may be
	object  string   // what a JSON object has, in words
	word    func(line int, word string) (E, string)
	cells   func(line int, columns, cells []string) (E, string)
	json    func(line int, decode func(any) error) (E, string)
}

// read reads the rows of a file: lines of words, CSV with a header, or JSON
// objects, one a line. Its first line tells which. Empty lines and those that
// begin with # do not count.
func (k kind[E]) read(data []byte) ([]E, []Fault) {
	text, err := textfile.Decode(data)
	if wrong, ok := errors.AsType[*textfile.Error](err); ok {
		return nil, []Fault{{max(1, wrong.Line), wrong.Why}}
	}
	first := ""
	for _, line := range lines(text) {
		if first == "" && counts(line) {
			first = strings.TrimSpace(line)
		}
	}
	switch separator := k.header(first); {
	case first == "":
		return nil, nil
	case first[0] == '{':
		return k.readJSON(text)
	case first[0] == '[':
		return nil, []Fault{{1, "JSON is one object on each line here, not an array"}}
	case separator != 0:
		return k.readCSV(text, separator)
	}
	return k.readLines(text)
}

// lines goes through the lines of a text, which are counted from 1.
func lines(text string) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.SplitSeq(text, "\n") {
			if n++; !yield(n, line) {
				return
			}
		}
	}
}

// counts reports whether a line is neither empty nor a comment.
func counts(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && line[0] != '#'
}

func (k kind[E]) readLines(text string) (entries []E, faults []Fault) {
	for n, line := range lines(text) {
		if !counts(line) {
			continue
		}
		if at := strings.Index(line, " #"); at >= 0 {
			line = line[:at]
		}
		for _, word := range Split(line) {
			e, fault := k.word(n, word)
			entries, faults = add(entries, faults, e, n, fault)
		}
	}
	return entries, faults
}

// add adds an entry, or its fault.
func add[E any](entries []E, faults []Fault, e E, line int, fault string) ([]E, []Fault) {
	if fault != "" {
		return entries, append(faults, Fault{line, fault})
	}
	return append(entries, e), faults
}

func (k kind[E]) readJSON(text string) (entries []E, faults []Fault) {
	for n, line := range lines(text) {
		if !counts(line) {
			continue
		}
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		var wrong error
		e, fault := k.json(n, func(in any) error {
			if wrong = decoder.Decode(in); wrong == nil && decoder.More() {
				wrong = errMore
			}
			return wrong
		})
		if wrong != nil {
			fault = "this is not an object with " + k.object + ": " + explain(wrong, line)
		}
		entries, faults = add(entries, faults, e, n, fault)
	}
	return entries, faults
}

// header returns what separates the cells of a CSV file whose first line is
// given, or 0 if that is no header.
func (k kind[E]) header(line string) rune {
	for _, separator := range []rune{',', ';', '\t'} {
		cells, err := newCSV(line, separator).Read()
		if err == nil && slices.ContainsFunc(cells, func(c string) bool { return name(c) == k.key }) {
			return separator
		}
	}
	return 0
}

func newCSV(text string, separator rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = separator, '#', -1, separator != '\t'
	return r
}

// name is a column's name as it is compared.
func name(cell string) string { return strings.ToLower(strings.TrimSpace(cell)) }

func (k kind[E]) readCSV(text string, separator rune) (entries []E, faults []Fault) {
	r := newCSV(text, separator)
	var columns []string
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return entries, faults
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			faults = append(faults, Fault{broken.StartLine, broken.Err.Error()})
			continue
		}
		line, _ := r.FieldPos(0)
		switch {
		case columns == nil:
			for _, cell := range cells {
				columns = append(columns, name(cell))
			}
			if faults = append(faults, k.checkHeader(line, columns)...); len(faults) > 0 {
				return nil, faults
			}
			continue
		case !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }):
			continue
		case len(cells) > len(columns):
			faults = append(faults, Fault{line, fmt.Sprintf("there are %d cells, and the header has %d", len(cells), len(columns))})
			continue
		}
		e, fault := k.cells(line, columns, cells)
		entries, faults = add(entries, faults, e, line, fault)
	}
}

// checkHeader finds columns that would be passed over in silence.
func (k kind[E]) checkHeader(line int, columns []string) (faults []Fault) {
	seen := map[string]bool{}
	for _, c := range columns {
		switch {
		case seen[c]:
			faults = append(faults, Fault{line, fmt.Sprintf("the column %q is there twice", c)})
		case !slices.Contains(k.columns, c):
			last := len(k.columns) - 1
			known := strings.Join(k.columns[:last], ", ") + " and " + k.columns[last]
			faults = append(faults, Fault{line, fmt.Sprintf("the column %q is none of %s", c, known)})
		}
		seen[c] = true
	}
	return faults
}
