package devops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

const (
	// maxRows is the length of the longest list that is believed, and maxValues is how
	// many values an answer may have in all. The service's own limits are far below: what
	// is above would take many times the memory of its text.
	maxRows   = 80_000
	maxValues = 600_000
)

var (
	errRows   = fmt.Errorf("a list in the answer has more than %d rows", maxRows)
	errValues = fmt.Errorf("the answer has more than %d values", maxValues)
)

// rows are the elements of a list, each turned into its value as soon as it was read,
// so that the documents are never there all at once.
type rows[W wire[T], T any] struct {
	present bool // also as null
	lacking bool // one of them lacks what it must have
	all     []T
}

// UnmarshalJSON is called for null, too.
func (r *rows[W, T]) UnmarshalJSON(b []byte) error {
	*r = rows[W, T]{present: true}
	if string(b) == "null" {
		return nil
	}
	r.all = []T{}
	d := json.NewDecoder(bytes.NewReader(b))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("not a list")
	}
	for d.More() {
		var doc W
		if err := d.Decode(&doc); err != nil {
			return err
		}
		v, ok := doc.value()
		if !ok {
			r.lacking = true
			return nil
		}
		if len(r.all) == maxRows {
			return errRows
		}
		r.all = append(r.all, v)
	}
	return nil
}

// value returns the list, which is never nil.
func (r rows[W, T]) value() ([]T, bool) { return orEmpty(r.all), !r.lacking }

// checkValues refuses a document of too many values, which only has to be read to take
// the memory. It counts what separates them, and trusts nothing else of the text.
func checkValues(body []byte) error {
	n := 0
	quoted := false
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			quoted = !quoted
		case '\\':
			i++
		case ',', '[', '{':
			if !quoted {
				n++
			}
		}
	}
	if n > maxValues {
		return errValues
	}
	return nil
}

// decode reads the document of an answer.
func decode(body []byte, doc any) error {
	if err := checkValues(body); err != nil {
		return err
	}
	return json.Unmarshal(body, doc)
}

// unusual returns what is wrong with an answer in words for people.
func unusual(err error) string {
	for _, known := range []error{errID, errRows, errValues} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "the answer is not the JSON that was expected"
}
