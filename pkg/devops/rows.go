package devops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

const (
	// maxRows limits the length of a list, and maxValues the number of values
	// in a response. The service's own limits are far lower; a larger document
	// would need many times its size in memory.
	maxRows   = 80_000
	maxValues = 600_000
)

var (
	errTooManyRows   = fmt.Errorf("a list in the response has more than %d rows", maxRows)
	errTooManyValues = fmt.Errorf("the response has more than %d values", maxValues)
)

// rows decodes a list element by element, so that the documents are never in
// memory all at once.
type rows[W decoder[T], T any] struct {
	present    bool // also as null
	incomplete bool // an element lacks a required field
	all        []T
}

// UnmarshalJSON is also called for null.
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
			r.incomplete = true
			return nil
		}
		if len(r.all) == maxRows {
			return errTooManyRows
		}
		r.all = append(r.all, v)
	}
	return nil
}

// value returns the list, which is never nil.
func (r rows[W, T]) value() ([]T, bool) { return orEmpty(r.all), !r.incomplete }

// checkValues refuses a document with too many values before it is decoded. It
// counts separators and does not rely on the rest of the syntax.
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
		return errTooManyValues
	}
	return nil
}

// decode decodes the body of a response.
func decode(body []byte, doc any) error {
	if err := checkValues(body); err != nil {
		return err
	}
	return json.Unmarshal(body, doc)
}

// describeDecodeError describes why a response is invalid.
func describeDecodeError(err error) string {
	for _, known := range []error{errID, errTooManyRows, errTooManyValues} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "the response is not the expected JSON"
}
