package output

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/itchyny/gojq"
)

type jq struct{ code *gojq.Code }

// compileJQ compiles a program without environment, modules and input.
func compileJQ(text string) (program, error) {
	q, err := gojq.Parse(text)
	if err != nil {
		return nil, optionErrorf("--jq: %s", Sanitize(err.Error()))
	}
	if err := boundMultiplications(q); err != nil {
		return nil, optionErrorf("--jq: %s", Sanitize(err.Error()))
	}
	code, err := gojq.Compile(q, gojq.WithFunction(factors, 2, 2, checkFactors))
	if err != nil {
		return nil, optionErrorf("--jq: %s", Sanitize(err.Error()))
	}
	return jq{code}, nil
}

// run writes a line for each result: JSON, or the text of a string, which may
// have several lines.
func (p jq) run(ctx context.Context, s *dataset) ([]byte, error) {
	value, err := s.tree()
	if err != nil {
		return nil, err
	}
	var b []byte
	for results := p.code.RunWithContext(ctx, value); ; {
		result, more := results.Next()
		if !more {
			return b, nil
		}
		switch v := result.(type) {
		case error:
			if errors.Is(v, errMemory) {
				return nil, errMemory
			}
			if halt, ok := errors.AsType[*gojq.HaltError](v); ok && halt.Value() == nil {
				return b, nil
			}
			return nil, optionErrorf("--jq: %s", Sanitize(v.Error()))
		case string:
			if s.terminal {
				v = sanitize(v, "\n\t")
			}
			b = append(b, v...)
		default:
			text, err := gojq.Marshal(v)
			if err != nil {
				return nil, optionErrorf("--jq: %s", Sanitize(err.Error()))
			}
			b = appendEscaped(b, text)
		}
		b = append(b, '\n')
	}
}

// tree returns the value of the JSON output, with numbers as written, without
// building its text.
func (s *dataset) tree() (any, error) {
	if s.document != nil {
		return decode(s.document)
	}
	rows := make([]any, s.rows)
	seen := shared{map[string]any{}, map[string]any{}}
	for row := range rows {
		object := make(map[string]any, len(s.keys))
		for column, key := range s.keys {
			v, err := seen.branch(s.value(row, column))
			if err != nil {
				return nil, err
			}
			object[key] = v
		}
		rows[row] = object
	}
	switch {
	case s.err != nil:
		return nil, s.err
	case s.list:
		return rows, nil
	}
	return rows[0], nil
}

// shared caches decoded values by their text: many rows have the same roles,
// regions and permissions. Programs do not modify values.
type shared struct {
	texts map[string]any // strings
	trees map[string]any // lists and objects by their JSON
}

// Limits of the cache: number and size of its values.
const (
	mostShared    = 1000
	longestShared = 1 << 10
)

// reuse returns the cached value of a text, or builds it.
func reuse(known map[string]any, text string, build func() (any, error)) (any, error) {
	if v, found := known[text]; found {
		return v, nil
	}
	v, err := build()
	if err == nil && len(known) < mostShared && len(text) <= longestShared {
		known[text] = v
	}
	return v, err
}

func (s shared) text(v string) (any, error) {
	return reuse(s.texts, v, func() (any, error) { return validUTF8(v), nil })
}

// branch returns the decoded JSON of a normalized value.
func (s shared) branch(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		return s.text(v)
	case []string:
		return reuse(s.trees, string(appendJSON(nil, v, "")), func() (any, error) {
			list := make([]any, len(v))
			for i, element := range v {
				list[i], _ = s.text(element)
			}
			return list, nil
		})
	case rawJSON:
		return reuse(s.trees, string(v), func() (any, error) { return decode(v) })
	}
	return decode(appendJSON(nil, v, ""))
}

// validUTF8 replaces each invalid byte of s with U+FFFD.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}
