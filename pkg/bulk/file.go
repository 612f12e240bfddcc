package bulk

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
	"github.com/astra-admin/astra/pkg/textfile"
)

// rowFormat is a format of rows. Its functions return the error of a row as a text,
// or "".
type rowFormat[E any] struct {
	key     string            // the required column
	columns []string          // all columns
	aliases map[string]string // other names of columns, without spaces and dashes
	object  string            // description of a JSON object
	whole   bool              // a line is one word: names of roles contain spaces and commas
	word    func(line int, word string) (E, string)
	cells   func(line int, columns, cells []string) (E, string)
	json    func(line int, decode func(any) error) (E, string)
}

// read parses a file: lines of words, CSV with a header, or JSON Lines,
// detected from the first line. Empty lines and lines that start with # are
// ignored.
func (k rowFormat[E]) read(data []byte) ([]E, []InputError) {
	text, err := textfile.Decode(data)
	if wrong, ok := errors.AsType[*textfile.Error](err); ok {
		return nil, []InputError{{Line: max(1, wrong.Line), Text: wrong.Why}}
	}
	first := ""
	for _, line := range lines(text) {
		if first == "" && hasContent(line) {
			first = strings.TrimSpace(line)
		}
	}
	switch separator := k.header(first); {
	case first == "":
		return nil, nil
	case first[0] == '{':
		return k.readJSON(text)
	case first[0] == '[':
		return nil, []InputError{{Line: 1, Text: "expected one JSON object per line, not an array"}}
	case separator != 0:
		return k.readCSV(text, separator)
	}
	return k.readLines(text)
}

// lines iterates over the lines of a text, numbered from 1.
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

// hasContent reports whether a line is neither empty nor a comment.
func hasContent(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && line[0] != '#'
}

func (k rowFormat[E]) readLines(text string) (entries []E, faults []InputError) {
	for n, line := range lines(text) {
		if !hasContent(line) {
			continue
		}
		if at := strings.Index(line, " #"); at >= 0 && !k.whole {
			line = line[:at]
		}
		words := Split(line)
		if k.whole {
			words = []string{strings.TrimSpace(line)}
		}
		for _, word := range words {
			e, fault := k.word(n, word)
			entries, faults = add(entries, faults, e, n, fault)
		}
	}
	return entries, faults
}

// add adds an entry, or its error.
func add[E any](entries []E, faults []InputError, e E, line int, fault string) ([]E, []InputError) {
	if fault != "" {
		return entries, append(faults, InputError{Line: line, Text: fault})
	}
	return append(entries, e), faults
}

func (k rowFormat[E]) readJSON(text string) (entries []E, faults []InputError) {
	for n, line := range lines(text) {
		if !hasContent(line) {
			continue
		}
		decoder := json.NewDecoder(strings.NewReader(line))
		var wrong error
		e, fault := k.json(n, func(in any) error {
			if wrong = decoder.Decode(in); wrong == nil && decoder.More() {
				wrong = errMore
			}
			if wrong == nil {
				var notes []string
				notes, wrong = k.checkKeys(line)
				for _, note := range notes {
					if !slices.ContainsFunc(faults, func(f InputError) bool { return f.Text == note }) {
						faults = append(faults, InputError{Line: n, Text: note, Note: true})
					}
				}
			}
			return wrong
		})
		if wrong != nil {
			fault = "expected a JSON object with " + k.object + ": " + explain(wrong, line)
		}
		entries, faults = add(entries, faults, e, n, fault)
	}
	return entries, faults
}

// checkKeys returns notes about ignored keys of a JSON object. A key similar to
// a known one is an error, as is every unknown key of an object without the
// required key.
func (k rowFormat[E]) checkKeys(line string) (notes []string, err error) {
	var object map[string]json.RawMessage
	if err := json.NewDecoder(strings.NewReader(line)).Decode(&object); err != nil {
		return nil, err
	}
	complete := false
	for key := range object {
		complete = complete || strings.EqualFold(key, k.key)
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		switch near := suggest.Nearest(key, k.columns); {
		case slices.Contains(k.columns, strings.ToLower(key)):
		case len(near) > 0:
			return nil, fmt.Errorf("unknown key %q; did you mean %q?", key, near[0])
		case !complete:
			return nil, fmt.Errorf("unknown key %q", key)
		default:
			notes = append(notes, fmt.Sprintf("unknown key %q is ignored; expected %s and %s", key, k.columns[0], k.columns[1]))
		}
	}
	return notes, nil
}

// header returns the separator of a CSV file with this first line, or 0 if it
// is not a header with a known column.
func (k rowFormat[E]) header(line string) rune {
	for _, column := range append([]string{k.key}, k.columns...) {
		for _, separator := range []rune{',', ';', '\t'} {
			cells, err := newCSV(line, separator).Read()
			if err == nil && slices.ContainsFunc(cells, func(c string) bool { return k.name(c) == column }) {
				return separator
			}
		}
	}
	return 0
}

func newCSV(text string, separator rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = separator, '#', -1, separator != '\t'
	return r
}

// name returns the known column with this name in any spelling, such as E-Mail,
// e_mail and "Email address".
func (k rowFormat[E]) name(cell string) string {
	lower := strings.ToLower(strings.TrimSpace(cell))
	bare := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, lower)
	switch {
	case slices.Contains(k.columns, bare):
		return bare
	case k.aliases[bare] != "":
		return k.aliases[bare]
	}
	return lower
}

func (k rowFormat[E]) readCSV(text string, separator rune) (entries []E, faults []InputError) {
	r := newCSV(text, separator)
	var columns []string
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return entries, faults
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			faults = append(faults, InputError{Line: broken.StartLine, Text: broken.Err.Error()})
			continue
		}
		line, _ := r.FieldPos(0)
		switch {
		case columns == nil:
			for _, cell := range cells {
				columns = append(columns, k.name(cell))
			}
			faults = append(faults, k.checkHeader(line, cells)...)
			if _, wrong := Notes(faults); len(wrong) > 0 {
				return nil, faults
			}
			continue
		case !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }):
			continue
		case len(cells) > len(columns):
			faults = append(faults, InputError{Line: line, Text: fmt.Sprintf("%s, but the header has %d", spelling.Count(len(cells), "cell"), len(columns))})
			continue
		}
		for i, cell := range cells {
			cells[i] = withoutFormulaQuote(cell)
		}
		e, fault := k.cells(line, columns, cells)
		entries, faults = add(entries, faults, e, line, fault)
	}
}

// withoutFormulaQuote removes the apostrophe that keeps a spreadsheet from taking a cell
// for a formula, as CSV is printed.
func withoutFormulaQuote(cell string) string {
	if bare, found := strings.CutPrefix(cell, "'"); found && strings.IndexAny(bare, "=+-@\t\r\n＝＋－＠") == 0 {
		return bare
	}
	return cell
}

// checkHeader returns notes about ignored columns. A column similar to a known
// one is an error.
func (k rowFormat[E]) checkHeader(line int, cells []string) (faults []InputError) {
	seen := map[string]bool{}
	for _, cell := range cells {
		c := k.name(cell)
		switch near := suggest.Nearest(c, k.columns); {
		case seen[c]:
			faults = append(faults, InputError{Line: line, Text: fmt.Sprintf("column %q is repeated", c)})
		case slices.Contains(k.columns, c):
		case len(near) > 0:
			faults = append(faults, InputError{Line: line, Text: fmt.Sprintf("unknown column %q; did you mean %q?", strings.TrimSpace(cell), near[0])})
		default:
			note := fmt.Sprintf("unknown column %q is ignored; expected %s and %s", strings.TrimSpace(cell), k.columns[0], k.columns[1])
			faults = append(faults, InputError{Line: line, Text: note, Note: true})
		}
		seen[c] = true
	}
	if _, wrong := Notes(faults); !seen[k.key] && len(wrong) == 0 {
		faults = append(faults, InputError{Line: line, Text: fmt.Sprintf("column %q is missing", k.key)})
	}
	return faults
}
