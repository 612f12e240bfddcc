package output_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/output"
)

// TestSharedValues has values with the same text: --jq distinguishes them like
// -o json, and a program that changes one row changes no other.
func TestSharedValues(t *testing.T) {
	values := []any{
		[]string{`["a"]`},
		json.RawMessage(`["a"]`), `["a"]`,
		[]string{"a"},
		[]string{"a", "b"},
		[]string{"a\x00b"},
		[]string{"a,b"},
		[]string{},
		[]string{""},
		"",
		json.RawMessage(`{"a":1}`), `{"a":1}`, json.RawMessage(`{"a":1.0}`), json.RawMessage(`{"a":"1"}`),
		[]string{"\xff"},
		"\xff",
		[]string{"a"},
		json.RawMessage(`{"a":1}`),
	}
	columns := []output.Column[any]{{Key: "v", Value: func(v any) any { return v }, Name: true}}
	print := func(o output.Options) string {
		var b, compact bytes.Buffer
		if err := output.List(&b, o, columns, values); err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&compact, b.Bytes()); err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(compact.String(), `\ufffd`, "\ufffd")
	}
	if want, got := print(output.Options{Format: output.JSON}), print(output.Options{JQ: "."}); want != got {
		t.Errorf("--jq . prints\n%s\nand JSON is\n%s", got, want)
	}
	changed := print(output.Options{JQ: `.[10].v.a = 2 | .[3].v[0] = "z" | [.[17].v.a, .[16].v[0]]`})
	if changed != `[1,"a"]` {
		t.Errorf("a change of one row is seen in another: %s", changed)
	}
}
