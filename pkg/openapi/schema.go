package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
)

// schema describes a value. It is one of: a kind or the name of a type, an
// enumeration, a list, an object, a choice.
type schema struct {
	name     string
	nullable bool
	enum     []string
	items    *schema
	members  map[string]member
	values   *schema // of an object with unknown keys
	choice   []schema
}

// lazySchema parses its text when a body needs it: most processes need few of the
// hundred types, and some thousand processes open the descriptions.
type lazySchema struct {
	parse func() (schema, error)
}

// UnmarshalJSON keeps the text.
func (l *lazySchema) UnmarshalJSON(text []byte) error {
	text = bytes.Clone(text)
	l.parse = sync.OnceValues(func() (s schema, err error) {
		err = json.Unmarshal(text, &s)
		return s, err
	})
	return nil
}

type member struct {
	schema
	required bool
}

// element returns the schema of an element of a list in a query.
func (m member) element() schema {
	if m.items != nil {
		return *m.items
	}
	return m.schema
}

// UnmarshalJSON parses the format of testdata/openapi/README.md.
func (s *schema) UnmarshalJSON(text []byte) error {
	switch text[0] {
	case '"':
		return s.word(text)
	case '[':
		var items []*schema
		if err := json.Unmarshal(text, &items); err != nil || len(items) != 1 {
			return fmt.Errorf("%s: a list has one kind of elements: %w", text, err)
		}
		s.items = items[0]
		return nil
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	if choice, found := parts["|"]; found {
		return json.Unmarshal(choice, &s.choice)
	}
	if values, found := parts["*"]; found {
		return json.Unmarshal(values, &s.values)
	}
	s.members = map[string]member{}
	for key, part := range parts {
		name, required := strings.CutSuffix(key, "*")
		m := member{required: required}
		if err := json.Unmarshal(part, &m.schema); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		s.members[name] = m
	}
	return nil
}

func (s *schema) word(text []byte) error {
	if err := json.Unmarshal(text, &s.name); err != nil {
		return err
	}
	if names, found := strings.CutPrefix(s.name, "="); found {
		s.name, s.enum = "", strings.Split(names, "|")
		return nil
	}
	s.name, s.nullable = strings.CutSuffix(s.name, "?")
	if s.name == "double" { // not a JSON type
		s.name = "number"
	}
	return nil
}

// check returns the contradictions in a value.
func (d description) check(s schema, v any, path string) []string {
	if lazy, found := d.Types[s.name]; found {
		named, err := lazy.parse()
		if err != nil {
			return []string{fmt.Sprintf("%s: type %s: %v", path, s.name, err)}
		}
		return d.check(named, v, path)
	}
	switch {
	case s.choice != nil:
		return d.choose(s, v, path)
	case s.enum != nil:
		if text, is := v.(string); !is || !slices.Contains(s.enum, text) {
			return []string{fmt.Sprintf("%s is %s, which is not listed", path, show(v))}
		}
		return nil
	case s.items != nil:
		return d.list(s, v, path)
	case s.members != nil || s.values != nil:
		return d.object(s, v, path)
	case s.name == "any" || kind(v) == s.name || s.nullable && v == nil || s.name == "number" && kind(v) == "integer":
		return nil
	}
	return mismatch(path, v, s.name)
}

// choose returns the contradictions with the best alternative. A list or object
// for a value that is none is the worst.
func (d description) choose(s schema, v any, path string) []string {
	var best []string
	for _, alternative := range s.choice {
		found := d.check(alternative, v, path)
		if len(found) == 0 {
			return nil
		}
		if best == nil || isWrongType(best) || !isWrongType(found) && len(found) < len(best) {
			best = found
		}
	}
	return best
}

func isWrongType(complaints []string) bool {
	return slices.ContainsFunc(complaints, func(c string) bool {
		return strings.HasSuffix(c, ", not array") || strings.HasSuffix(c, ", not object") ||
			strings.Contains(c, " is array, not ") || strings.Contains(c, " is object, not ")
	})
}

func (d description) list(s schema, v any, path string) []string {
	elements, is := v.([]any)
	if !is {
		return mismatch(path, v, "array")
	}
	var found []string
	for _, e := range elements {
		for _, complaint := range d.check(*s.items, e, path+"[]") {
			if !slices.Contains(found, complaint) {
				found = append(found, complaint)
			}
		}
	}
	return found
}

func (d description) object(s schema, v any, path string) []string {
	fields, is := v.(map[string]any)
	if !is {
		return mismatch(path, v, "object")
	}
	var found []string
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		place := path + "." + key
		m, known := s.members[key]
		switch {
		case known:
			found = append(found, d.check(m.schema, fields[key], place)...)
		case s.values != nil:
			found = append(found, d.check(*s.values, fields[key], path+".*")...)
		default:
			found = append(found, place+" not described")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.members)) {
		if _, present := fields[key]; s.members[key].required && !present {
			found = append(found, path+"."+key+" missing")
		}
	}
	return found
}

func mismatch(path string, v any, want string) []string {
	return []string{fmt.Sprintf("%s is %s, not %s", strings.TrimSpace(path), kind(v), want)}
}

// kind returns the type name of a value in the descriptions.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

func show(v any) string {
	if text, is := v.(string); is {
		return fmt.Sprintf("%q", text)
	}
	return kind(v)
}
