package help

import "testing"

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line  string
		width int
		want  string
	}{
		{"one two three", 0, "one two three"},
		{"one two three", 13, "one two three"},
		{"one two three", 9, "one two\n  three"},
		{"  run: astra token list", 14, "  run: astra\n  token list"},
		{"see https://example.com/a/long/address now", 12, "see\n  https://example.com/a/long/address\n  now"},
		{"zwölf größe", 5, "zwölf\n  größe"},
		{"", 5, ""},
	} {
		if got := Wrap(c.line, c.width); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.line, c.width, got, c.want)
		}
	}
}
