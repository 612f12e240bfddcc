package output

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/itchyny/gojq"
)

// TestBoundedProgramsMeanTheSame runs programs with and without the bound on
// multiplications.
func TestBoundedProgramsMeanTheSame(t *testing.T) {
	input := map[string]any{"a": 2, "b": []any{3, 4}, "s": "xy", "o": map[string]any{"k": map[string]any{"l": 1}}}
	for _, text := range []string{
		`.a * 3`, `(1, 2) * (10, 20)`, `[(1, 2) * (10, 20)] | map(. * 2)`, `1 + 2 * 3 - 4 * 5 / 2`, `2 * 3 * 4`, `-2 * -3`, `.b[] * .a`, `.s * 3`, `3 * .s`, `.s * 0`, `.s * -1`, `.s * 0.5`, `.s * "z"`,
		`.o * {k: {m: 2}}`, `.b * .b`, `null * 1`, `.a *= 3`, `.b[] *= 2`, `.b[] *= (1, 2)`, `.s *= 2`, `.b |= map(. * 2)`, `(.a, .b[0]) *= .a`, `.o *= {k: {n: 3}}`, `.a * .a as $x | $x * $x`, `.a as $x | .b[] * $x`,
		`def f: . * 2; .a | f * f`, `def f($n): if $n < 1 then 1 else $n * f($n - 1) end; f(20)`, `def g(h): h * h; g(.b[])`, `"\(.a * 2) and \(.s * 2)"`, `@json "\(.a * 2)"`, `{x: (.a * 2), "y\(.a * 1)": 1}`, `[.b[] | . * .]`,
		`reduce .b[] as $i (1; . * $i)`, `[foreach .b[] as $i (1; . * $i; . * 10)]`, `try (.s * .o) catch .`, `(.s * .o)? // 7`, `label $out | .b[] * 2 | ., break $out`, `if .a * 2 == 4 then "y" else "n" end`, `.b[.a * 0]`, `.b[.a * 0:.a * 1]`, `limit(2; .b[] * 5)`,
		`[.b[] * 2 | select(. > 2 * 3)]`, `.. * 1?`, `[..|numbers * 2]`, `. as {a: $q, b: [$r]} | $q * $r`, `. as [$q] ?// {a: $q} | $q * 2`, `path(.b[.a * 0])`, `.a * 99999999999999999999`, `.a * (1, error("e"))`, `(.a * 2) as $y | .a |= . * $y`, `input * 2`, `[limit(3; repeat(. * 2; 1))]`, `[.a | limit(4; recurse(. * 2))]`, `.b | map(. *= 3)`, `with_entries(.value |= (numbers * 2)?)`,
	} {
		q, err := gojq.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := results(q.Run(input))
		p, err := compileJQ(text)
		if err != nil {
			if _, plain := gojq.Compile(q); plain == nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if got := results(p.(jq).code.RunWithContext(context.Background(), input)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func results(all gojq.Iter) string {
	text := ""
	for v, more := all.Next(); more; v, more = all.Next() {
		if err, failed := v.(error); failed {
			return text + "error: " + err.Error()
		}
		b, _ := gojq.Marshal(v)
		text += fmt.Sprintf("%s\n", b)
	}
	return text
}

func TestRepeatedTextsAreBounded(t *testing.T) {
	for _, text := range []string{`"a" * 2000000000`, `2e9 * "a"`, `"ab" | . *= 1e9`, `[1e9] | .[] * "x"`, `try ("a" * 1e9 | length) catch "no"`} {
		p, err := compileJQ(text)
		if err != nil {
			t.Fatal(err)
		}
		s := newSheet([]Column[int]{{Key: "k", Value: func(i int) any { return i }}}, nil, nil, true)
		if b, err := p.run(context.Background(), s); !errors.Is(err, errMemory) && string(b) != "no\n" {
			t.Errorf("%s: %d bytes, %v", text, len(b), err)
		}
	}
	err := List(io.Discard, Options{JQ: `"a" * 200000000`}, []Column[int]{{Key: "k", Value: func(i int) any { return i }}}, nil)
	if !errors.Is(err, ErrOptions) || err.Error() != "--jq: "+errRepeated.Error() {
		t.Error(err)
	}
}
