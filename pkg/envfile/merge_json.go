package envfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// member is a member of a JSON object in its original form.
type member struct {
	before string // separator from the previous member or the brace
	name   string
	key    string // the name with all text up to the value
	value  string
}

// mergeJSON is [Merge] for an object: other members and white space are
// preserved byte for byte.
func mergeJSON(existing []byte, vars []Var, gone []string) ([]byte, error) {
	members, end, err := splitJSON(existing)
	if err != nil {
		return nil, err
	}
	values, missing := map[string]string{}, map[string]bool{}
	for _, v := range vars {
		values[v.Name], missing[v.Name] = string(appendJSON(nil, v.Value)), true
	}
	dropped := map[string]bool{}
	for _, name := range gone {
		dropped[name] = true
	}
	eol := lineEnd(string(existing))
	first, next := "{"+eol+"  ", ","+eol+"  "
	if len(members) > 0 {
		first = members[0].before
		next = "," + first[strings.IndexByte(first, '{')+1:]
	}
	if len(members) > 1 {
		next = members[1].before
	}
	var b bytes.Buffer
	add := func(before, text string) {
		if b.Len() == 0 {
			before = first
		}
		b.WriteString(before + text)
	}
	for _, m := range members {
		value, ours := values[m.name]
		switch {
		case ours:
			delete(missing, m.name)
			add(m.before, m.key+value)
		case !dropped[m.name]:
			add(m.before, m.key+m.value)
		}
	}
	for _, v := range vars {
		if missing[v.Name] {
			add(next, `"`+v.Name+`": `+values[v.Name])
		}
	}
	if b.Len() == 0 {
		return []byte("{}" + eol), nil
	}
	if len(members) == 0 {
		end = eol + "}" + eol
	}
	b.WriteString(end)
	if !json.Valid(b.Bytes()) {
		return nil, fmt.Errorf("%w: its syntax is not supported", ErrMerge)
	}
	return b.Bytes(), nil
}

// splitJSON returns the members of an object, and the text after the last one.
// Anything but a single object is an [ErrMerge].
func splitJSON(text []byte) (members []member, end string, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, "", fmt.Errorf("%w: it contains no JSON object", ErrMerge)
	}
	// Text before the brace belongs to the first member.
	at := 0
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrMerge, err)
		}
		behind := int(dec.InputOffset())
		start := at + bytes.IndexByte(text[at:], '"')
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrMerge, err)
		}
		last := int(dec.InputOffset())
		if start < at || start > behind || last-len(value) < behind {
			return nil, "", fmt.Errorf("%w: its syntax is not supported", ErrMerge)
		}
		members = append(members, member{
			before: string(text[at:start]), name: fmt.Sprint(name),
			key: string(text[start : last-len(value)]), value: string(value),
		})
		at = last
	}
	if _, err := dec.Token(); err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrMerge, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("%w: it contains more than one JSON object", ErrMerge)
	}
	return members, string(text[at:]), nil
}
