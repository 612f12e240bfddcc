package output

import (
	"context"
	"errors"

	"github.com/itchyny/gojq"
)

type jq struct{ code *gojq.Code }

// compileJQ gives the program no environment, no modules and no further input.
func compileJQ(text string) (program, error) {
	q, err := gojq.Parse(text)
	if err != nil {
		return nil, optionErrorf("--jq: %s", Sanitize(err.Error()))
	}
	code, err := gojq.Compile(q)
	if err != nil {
		return nil, optionErrorf("--jq: %s", Sanitize(err.Error()))
	}
	return jq{code}, nil
}

// run writes a line for each result: JSON, or the bare text of a string, which
// may hold more lines if the program made them.
func (p jq) run(ctx context.Context, s *sheet) ([]byte, error) {
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

// tree is the value that JSON output stands for, with its numbers as written.
func (s *sheet) tree() (any, error) {
	b := s.json()
	if s.err != nil {
		return nil, s.err
	}
	return decode(b)
}
