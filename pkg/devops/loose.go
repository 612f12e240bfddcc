package devops

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// The types here are of optional fields. A value of another type is converted
// if its meaning is clear, and otherwise ignored: a list is not rejected
// because of a number in quotes. Identifiers are of type id and always checked.

// text is a string. A number or a boolean is converted.
type text string

// UnmarshalJSON never fails.
func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	var s string
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null":
	case b[0] == '"':
		_ = json.Unmarshal(b, &s)
		*t = text(s)
	default:
		*t = text(b)
	}
	return nil
}

// count is an integer, also as a decimal or in quotes.
type count int

// UnmarshalJSON never fails.
func (c *count) UnmarshalJSON(b []byte) error {
	*c = 0
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.Trim(string(b), `"`)), 64)
	if err == nil && n == math.Trunc(n) && math.Abs(n) <= math.MaxInt32 {
		*c = count(n)
	}
	return nil
}

// flag is a boolean, also in quotes or as 0 and 1. It is nil for anything else.
type flag struct{ set *bool }

// UnmarshalJSON never fails.
func (f *flag) UnmarshalJSON(b []byte) error {
	f.set = nil
	if on, err := strconv.ParseBool(strings.Trim(string(b), `"`)); err == nil {
		f.set = &on
	}
	return nil
}

// valueOr returns the value, or other if it is not set.
func (f flag) valueOr(other bool) bool {
	if f.set == nil {
		return other
	}
	return *f.set
}

// texts is a list of strings, or a single string.
type texts []string

// UnmarshalJSON never fails.
func (t *texts) UnmarshalJSON(b []byte) error {
	*t = nil
	var all []text
	if len(b) > 0 && b[0] == '[' {
		_ = json.Unmarshal(b, &all)
	} else {
		var one text
		_ = one.UnmarshalJSON(b)
		all = []text{one}
	}
	for _, one := range all {
		if one != "" {
			*t = append(*t, string(one))
		}
	}
	return nil
}

// optional ignores a part of a document of the wrong type. Malformed IDs and
// too long lists in it are still errors.
type optional[T any] struct{ v T }

// UnmarshalJSON fails only for malformed IDs and too long lists.
func (o *optional[T]) UnmarshalJSON(b []byte) error {
	var v T
	o.v = v
	switch err := json.Unmarshal(b, &v); {
	case errors.Is(err, errID), errors.Is(err, errTooManyRows), errors.Is(err, errTooManyValues):
		return err
	case err == nil:
		o.v = v
	}
	return nil
}
