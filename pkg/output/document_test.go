package output_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/output"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	wide := strings.Repeat("[", 60) + "0" + strings.Repeat(",0", 700_000) + strings.Repeat("]", 60)
	for name, test := range map[string]struct {
		options        output.Options
		document, want string
	}{
		"a pipe gets the bytes":             {output.Options{Format: output.TSV}, `{"a" :1.50, "b":"\u001b"}`, `{"a" :1.50, "b":"\u001b"}`},
		"a pipe gets no control codes":      {output.Options{Format: output.TSV}, "{\"a\":\n\t\"\u202egnp\u009b\"}", "{\"a\":\n\t\"\\u202egnp\\u009b\"}"},
		"a pipe gets text that is not JSON": {output.Options{Format: output.TSV}, "\x1b[31mred\a \u202e\r\n", "\\u{1b}[31mred\\u{7} \\u{202e}\r\n"},
		"a terminal gets indented JSON":     {output.Options{Format: output.Table, Terminal: true}, `{"a" :1.50,"b":[]}`, "{\n  \"a\": 1.50,\n  \"b\": []\n}\n"},
		"a terminal gets no control codes":  {output.Options{Format: output.Table, Terminal: true}, "\"\u009b31m\u202e\"", "\"\\u009b31m\\u202e\"\n"},
		"a terminal gets sanitized text":    {output.Options{Format: output.Table, Terminal: true}, "a\x1b[31m\nb", "a\\u{1b}[31m\nb\n"},
		"JSON is indented":                  {output.Options{Format: output.JSON}, `[1,"x"]`, "[\n  1,\n  \"x\"\n]\n"},
		"a deep document is not indented":   {output.Options{Format: output.JSON}, deep, deep + "\n"},
		"much indentation is omitted":       {output.Options{Format: output.JSON}, wide, wide + "\n"},
		"YAML":                              {output.Options{Format: output.YAML}, `{"b":[1,{"a":null}]}`, "b:\n  - 1\n  - a: null\n"},
		"jq on a list":                      {output.Options{JQ: ".[].a"}, `[{"a":1.50},{"a":"x"}]`, "1.50\nx\n"},
		"jq on a text":                      {output.Options{JQ: "."}, `"x"`, "x\n"},
		"a template":                        {output.Options{Template: "{{.a}}"}, `{"a":7}`, "7\n"},
		"nothing":                           {output.Options{Format: output.TSV}, "", ""},
	} {
		var got strings.Builder
		if err := output.Document(&got, test.options, []byte(test.document)); err != nil || got.String() != test.want {
			t.Errorf("%s: %q, %v", name, got.String(), err)
		}
	}
	for name, test := range map[string]struct {
		options  output.Options
		document string
		want     error
	}{
		"jq on text":      {output.Options{JQ: "."}, "x", output.ErrNotJSON},
		"JSON of text":    {output.Options{Format: output.JSON}, "x", output.ErrNotJSON},
		"YAML of nothing": {output.Options{Format: output.YAML}, "", output.ErrNotJSON},
		"bad jq":          {output.Options{JQ: "("}, "1", output.ErrOptions},
		"jq and template": {output.Options{JQ: ".", Template: "x"}, "1", output.ErrOptions},
		"columns":         {output.Options{Columns: []string{"a"}}, "1", output.ErrOptions},
		"deep YAML":       {output.Options{Format: output.YAML}, deep, output.ErrOptions},
		"a failing jq":    {output.Options{JQ: ".a"}, "[]", output.ErrOptions},
		"CSV":             {output.Options{Format: output.CSV}, "[]", output.ErrOptions},
	} {
		var got strings.Builder
		if err := output.Document(&got, test.options, []byte(test.document)); !errors.Is(err, test.want) || got.String() != "" {
			t.Errorf("%s: %q, %v", name, got.String(), err)
		}
	}
}
