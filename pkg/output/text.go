package output

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// csv writes values in full. Text that a spreadsheet would evaluate as a
// formula is prefixed with an apostrophe.
func (s *dataset) csv(noHeaders bool) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b) // a bytes.Buffer never fails
	if !noHeaders {
		_ = w.Write(s.keys)
	}
	record := make([]string, len(s.keys))
	for row := range s.rows {
		for column := range record {
			cell := s.text(row, column)
			record[column] = s.clean(cell)
			if looksLikeFormula(cell) && !s.typed(row, column) && !failpoint.Disabled("formula-quote") {
				record[column] = "'" + record[column]
			}
		}
		_ = w.Write(record)
		w.Flush()
		if b.Truncate(len(s.spill(b.Bytes()))); s.err != nil {
			return nil
		}
	}
	w.Flush()
	return b.Bytes()
}

// looksLikeFormula includes full-width forms, which some spreadsheets accept.
func looksLikeFormula(s string) bool {
	for _, r := range s {
		return strings.ContainsRune("=+-@\t\r\n＝＋－＠", r)
	}
	return false
}

// tsv writes no header and one line for each row.
func (s *dataset) tsv() []byte {
	var b []byte
	for row := range s.rows {
		for column := range s.keys {
			if column > 0 {
				b = append(b, '\t')
			}
			b = append(b, s.clean(escapeTSV(s.text(row, column)))...)
		}
		if b = s.spill(append(b, '\n')); s.err != nil {
			return nil
		}
	}
	return b
}

func escapeTSV(s string) string {
	if isPlainASCII(s) && strings.IndexByte(s, '\\') < 0 {
		return s
	}
	for _, c := range []struct{ text, escaped string }{{`\`, `\\`}, {"\t", `\t`}, {"\n", `\n`}, {"\r", `\r`}} {
		s = strings.ReplaceAll(s, c.text, c.escaped)
	}
	return s
}

func (s *dataset) names() []byte {
	var b []byte
	for row := range s.rows {
		if b = s.spill(append(append(b, s.clean(s.text(row, s.name))...), '\n')); s.err != nil {
			return nil
		}
	}
	return b
}

// joiners combine characters, as in many emoji. They are harmless in a pipe.
const joiners = "\u200c\u200d\ufe0e\ufe0f"

// clean keeps a record on one line and makes deceptive characters visible. For
// a terminal it is Sanitize.
func (s *dataset) clean(text string) string {
	if s.terminal {
		return Sanitize(text)
	}
	return sanitize(text, joiners)
}
