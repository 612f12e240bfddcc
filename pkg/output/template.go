package output

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"
)

type templateProgram struct{ template *template.Template }

func parseTemplate(text string) (program, error) {
	t, err := template.New("--template").Option("missingkey=error").Funcs(functions()).Parse(text)
	if err != nil {
		return nil, optionErrorf("%s", Sanitize(strings.TrimPrefix(err.Error(), "template: ")))
	}
	return templateProgram{t}, nil
}

// run adds a missing line break at the end.
func (p templateProgram) run(ctx context.Context, s *dataset) ([]byte, error) {
	value, err := s.tree()
	if err != nil {
		return nil, err
	}
	b := meteredWriter{ctx: ctx}
	if err := p.template.Execute(&b, plainNumbers(value)); err != nil {
		return nil, optionErrorf("%s", Sanitize(strings.TrimPrefix(err.Error(), "template: ")))
	}
	text := b.String()
	if s.terminal {
		text = sanitize(text, "\n\t")
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return []byte(text), nil
}

// functions returns a few simple functions: a template must have no access
// beyond its value.
func functions() template.FuncMap {
	return template.FuncMap{
		"date":    date,
		"default": orDefault,
		"join":    joinAny,
		"json":    toJSON,
		"lower":   strings.ToLower,
		"upper":   strings.ToUpper,
	}
}

// date formats a time with a layout of the time package; an unset one is empty.
func date(layout string, v any) (string, error) {
	if v == nil {
		return "", nil
	}
	t, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if err != nil {
		return "", fmt.Errorf("%q is not a time", fmt.Sprint(v))
	}
	return t.Format(layout), nil
}

func orDefault(other, v any) any {
	if truth, ok := template.IsTrue(v); ok && truth {
		return v
	}
	return other
}

func joinAny(separator string, v any) (string, error) {
	list, ok := v.([]any)
	if !ok {
		return "", errors.New("join needs a separator and a list")
	}
	texts := make([]string, len(list))
	for i, element := range list {
		texts[i] = fmt.Sprint(element)
	}
	return strings.Join(texts, separator), nil
}

func toJSON(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return string(appendEscaped(nil, []byte(strings.TrimSuffix(b.String(), "\n")))), err
}

// numberValue prints as in JSON and compares as a number.
type numberValue float64

// String uses an exponent only where JSON does.
func (n numberValue) String() string { return string(appendFloat(nil, float64(n))) }

// plainNumbers replaces the numbers in v with comparable ones.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plainNumbers(v[key])
		}
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return i
		}
		if f, err := v.Float64(); err == nil {
			return numberValue(f)
		}
	}
	return v
}
