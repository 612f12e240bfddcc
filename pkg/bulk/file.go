package bulk

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Read reads the entries of a file: lines with addresses, CSV with a header, or
// JSON objects, one a line. Its first line tells which. Empty lines and those
// that begin with # do not count.
func Read(data []byte) ([]Entry, []Fault) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, []Fault{{1, "the file is in UTF-16: save it as UTF-8"}}
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	first := ""
	for n, line := range lines(text) {
		if !utf8.ValidString(line) || strings.ContainsRune(line, 0) {
			return nil, []Fault{{n, "there are bytes that are no text in UTF-8"}}
		}
		if first == "" && counts(line) {
			first = strings.TrimSpace(line)
		}
	}
	switch separator := header(first); {
	case first == "":
		return nil, nil
	case first[0] == '{':
		return readJSON(text)
	case first[0] == '[':
		return nil, []Fault{{1, "JSON is one object on each line here, not an array"}}
	case separator != 0:
		return readCSV(text, separator)
	}
	return readLines(text)
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

func readLines(text string) (entries []Entry, faults []Fault) {
	for n, line := range lines(text) {
		if !counts(line) {
			continue
		}
		if at := strings.Index(line, " #"); at >= 0 {
			line = line[:at]
		}
		for _, address := range Split(line) {
			entries, faults = add(entries, faults, Entry{Line: n, Address: address})
		}
	}
	return entries, faults
}

func readJSON(text string) (entries []Entry, faults []Fault) {
	for n, line := range lines(text) {
		if !counts(line) {
			continue
		}
		var in struct {
			Email string   `json:"email"`
			Role  string   `json:"role"`
			Roles []string `json:"roles"`
		}
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&in)
		if err == nil && decoder.More() {
			err = errors.New("there is more after the object")
		}
		if err != nil {
			faults = append(faults, Fault{n, "this is not an object with email and roles: " + strings.TrimPrefix(err.Error(), "json: ")})
			continue
		}
		if in.Role != "" {
			in.Roles = append(in.Roles, in.Role)
		}
		if slices.ContainsFunc(in.Roles, func(r string) bool { return strings.TrimSpace(r) == "" }) {
			faults = append(faults, Fault{n, "a role has no name"})
			continue
		}
		entries, faults = add(entries, faults, Entry{n, strings.TrimSpace(in.Email), in.Roles})
	}
	return entries, faults
}

// header returns what separates the cells of a CSV file whose first line is
// given, or 0 if that is no header.
func header(line string) rune {
	for _, separator := range []rune{',', ';', '\t'} {
		cells, err := newCSV(line, separator).Read()
		if err == nil && slices.ContainsFunc(cells, func(c string) bool { return name(c) == "email" }) {
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

func readCSV(text string, separator rune) (entries []Entry, faults []Fault) {
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
			columns = cells
			if faults = append(faults, checkHeader(line, cells)...); len(faults) > 0 {
				return nil, faults
			}
			continue
		case !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }):
			continue
		case len(cells) > len(columns):
			faults = append(faults, Fault{line, fmt.Sprintf("there are %d cells, and the header has %d", len(cells), len(columns))})
			continue
		}
		e := Entry{Line: line}
		for i, cell := range cells {
			if name(columns[i]) == "email" {
				e.Address = strings.TrimSpace(cell)
			} else {
				e.Roles = append(e.Roles, roles(cell)...)
			}
		}
		entries, faults = add(entries, faults, e)
	}
}

// checkHeader finds columns that would be passed over in silence.
func checkHeader(line int, columns []string) (faults []Fault) {
	seen := map[string]bool{}
	for _, c := range columns {
		switch c = name(c); {
		case seen[c]:
			faults = append(faults, Fault{line, fmt.Sprintf("the column %q is there twice", c)})
		case c != "email" && c != "role" && c != "roles":
			faults = append(faults, Fault{line, fmt.Sprintf("the column %q is none of email, role and roles", c)})
		}
		seen[c] = true
	}
	return faults
}

// roles takes a cell apart at semicolons: the names of roles hold commas.
func roles(cell string) []string {
	var found []string
	for role := range strings.SplitSeq(cell, ";") {
		if role = strings.TrimFunc(role, unicode.IsSpace); role != "" {
			found = append(found, role)
		}
	}
	return found
}
