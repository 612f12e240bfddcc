package output_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/output"
)

// risky returns texts of fragments with a meaning in YAML or on a terminal.
func risky(n int) []string {
	pieces := []string{
		"y", "No", "on", "null", "~", "true", "0", "7", "1_0", "0x1f", "0o7", "1e3", ".5", ".inf", ".nan", "12:30", "2026-01-01", "T00:00:00Z", "<<", "=", "!", "&a", "*a", "|", ">", "%", "@", "`",
		"- ", "? ", ": ", ":", " #", "#", ",", "[", "]", "{", "}", "'", `"`, `\`, " ", "  ", "\n", "\r\n", "\t", "\x00", "\x1b[2J", "\x7f", "\u0085", "\u00a0", "\u2028", "\u202e", "\ufeff", "\ufffd",
		"\U000e0041", "\U0001f469\u200d\U0001f467", "\U0010ffff", "é", "e\u0301", "日本語", "---", "...", "a", "key", "drn:astra:org:", strings.Repeat("long ", 60),
	}
	source := rand.New(rand.NewPCG(1, 2))
	texts := []string{""}
	texts = append(texts, pieces...)
	for range n {
		var b strings.Builder
		for range 1 + source.IntN(4) {
			b.WriteString(pieces[source.IntN(len(pieces))])
		}
		texts = append(texts, b.String())
	}
	return texts
}

// TestYAMLReadsBack writes texts as values, keys and nested values. They are
// read back as the same strings, and none controls a terminal.
func TestYAMLReadsBack(t *testing.T) {
	t.Parallel()
	texts := risky(2000)
	columns := []output.Column[string]{
		{Key: "text", Value: func(s string) any { return s }},
		{Key: "list", Value: func(s string) any { return []string{s} }},
		{Key: "nested", Value: func(s string) any { return []any{map[string]any{s: []any{s, nil, 1.5, map[string]any{}}}} }},
	}
	var written bytes.Buffer
	if err := output.List(&written, output.Options{Format: output.YAML}, columns, texts); err != nil {
		t.Fatal(err)
	}
	visible(t, written.String(), "\n")
	var got []map[string]any
	if err := yaml.Unmarshal(written.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(texts) {
		t.Fatalf("%d of %d rows", len(got), len(texts))
	}
	for i, s := range texts {
		want := map[string]any{"text": s, "list": []any{s}, "nested": []any{map[string]any{s: []any{s, nil, 1.5, map[string]any{}}}}}
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Fatalf("%q: %s", s, diff)
		}
	}
}

// TestYAMLQuotes quotes booleans, numbers and times of YAML 1.1, which many
// parsers still implement.
func TestYAMLQuotes(t *testing.T) {
	t.Parallel()
	other := regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?[0-9][0-9_]*(:[0-9.]+)*|[-+]?0[xob][0-9a-f_]+|[-+]?(\d[\d_]*)?\.?[\d_]+(e[-+]?\d+)?|[-+]?\.inf|\.nan|\d{4}-\d\d?-\d\d?([Tt ]+\d+:.*)?)$`)
	column := []output.Column[string]{{Key: "k", Value: func(s string) any { return s }}}
	for _, s := range risky(2000) {
		var written bytes.Buffer
		if err := output.One(&written, output.Options{Format: output.YAML}, column, s); err != nil {
			t.Fatal(err)
		}
		if value := strings.TrimSuffix(strings.TrimPrefix(written.String(), "k: "), "\n"); other.MatchString(value) {
			t.Errorf("%q is without quotes: %s", s, value)
		}
	}
	for _, id := range []string{"c18b79eb-0000-4000-8000-000000000000", "018b79eb-0000-4000-8000-000000000000", "europe-west1", "Ada Lovelace", "ada@example.com"} {
		var written bytes.Buffer
		if err := output.One(&written, output.Options{Format: output.YAML}, column, id); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fmt.Sprintf("k: %s\n", id), written.String()); diff != "" {
			t.Error(diff)
		}
	}
}
