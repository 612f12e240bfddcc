package devops

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// The types here are of fields that an answer may lack. One of another type than
// expected is converted where its meaning is plain, and else left unset: a list of a
// hundred databases is not refused for a number in quotes. What names a thing stays an
// id, and its list is refused.

// text is a string. A number or a boolean is its own text.
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

// count is a whole number, also as a decimal or in quotes.
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

// or is the value, or another one where there is none.
func (f flag) or(other bool) bool {
	if f.set == nil {
		return other
	}
	return *f.set
}

// texts is a list of strings, also a single one.
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

// optional is a part of a document that is left out where it is of another type. Ids of
// a wrong form and too long lists in it are refused all the same.
type optional[T any] struct{ v T }

// UnmarshalJSON fails for what must not be believed.
func (o *optional[T]) UnmarshalJSON(b []byte) error {
	var v T
	o.v = v
	switch err := json.Unmarshal(b, &v); {
	case errors.Is(err, errID), errors.Is(err, errRows), errors.Is(err, errValues):
		return err
	case err == nil:
		o.v = v
	}
	return nil
}
