package prompt

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// meanings returns the keys that a list or a line reads from bytes that arrive
// at once; an incomplete end is dropped.
func meanings(in string, list bool) (out []string, end error) {
	k := &keys{list: list}
	for b := []byte(in); len(b) > 0; {
		size := keySize(b)
		if size == 0 {
			break
		}
		meant, err := k.translate(b[:size])
		if err != nil {
			return out, err
		}
		if len(meant) > 0 {
			out = append(out, string(meant))
		}
		b = b[size:]
	}
	return out, nil
}

func TestKeys(t *testing.T) {
	const up, home, del = "\x1b[A", "\x1b[H", "\x1b[3~"
	tests := []struct{ name, in, list, line string }{
		{"text", "aß€😀", "a ß € 😀", "a ß € 😀"},
		{"arrows in both modes", "\x1b[A\x1bOA", up + " " + up, up + " " + up},
		{"home in four forms", "\x1b[H\x1bOH\x1b[1~\x1b[7~", strings.Repeat(home+" ", 4), strings.Repeat(home+" ", 4)},
		{"delete", "\x1b[3~", del, del},
		{"an arrow with control", "a\x1b[1;5Bb", "a b", "a b"},
		{"function keys", "a\x1b[15~\x1bOP\x1b[[Ab", "a b", "a b"},
		{"a paste", "\x1b[200~ab\x1b[201~", "a b", "a b"},
		{"a cursor report", "a\x1b[12;40Rb", "a b", "a b"},
		{"a colour report", "a\x1b]11;rgb:0000/0000/0000\ab\x1b]4;1\x1b\\c", "a b c", "a b c"},
		{"a device report", "a\x1bP>|xterm(1)\x1b\\b\x1b[?62;c", "a b", "a b"},
		{"alt and a key", "\x1bxa\x1bßb", "a b", "a b"},
		{"escape and enter", "\x1b\r", "\r", "\r"},
		{"escape twice", "\x1b\x1b[A", up, up},
		{"a sequence broken off", "\x1b[1\ra", "\r a", "\r a"},
		{"backspace in two forms", "\x7f\x08", "\x7f \x7f", "\x7f \x7f"},
		{"line ends", "a\r\nb\nc\r\rd", "a \r b \r c \r \r d", "a \r b \r c \r \r d"},
		{"control characters", "\x00\x01\x09\x0c\x15\x17\x1a", "\x09 \x18 \x17", "\x01 \x15 \x17"},
		{"not UTF-8", "a\xffb\u0085\ufffdc", "a b c", "a b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for list, want := range map[bool]string{true: tt.list, false: tt.line} {
				got, err := meanings(tt.in, list)
				if diff := cmp.Diff(strings.TrimSpace(want), strings.Trim(strings.Join(got, " "), " \t")); err != nil || diff != "" {
					if !slices.Equal(got, strings.Split(strings.TrimSuffix(want, " "), " ")) {
						t.Errorf("list %v: %q %v", list, got, err)
					}
				}
			}
		})
	}
}

func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"\x1b[1;5B", "\x1b]0;x\a", "\x1bPx\x1b\\", "\x1b\x1b\x1b", "ä\xc3"} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, in []byte, list bool) {
		k := &keys{list: list}
		for b := in; len(b) > 0; {
			size := keySize(b)
			if size < 0 || size > len(b) {
				t.Fatalf("%d of %d bytes of %q", size, len(b), b)
			}
			if size == 0 {
				break // the rest never arrives: dropped
			}
			meant, err := k.translate(b[:size])
			if err == nil && len(meant) > 1 && meant[0] == escape && knownSequence(meant) == nil {
				t.Fatalf("%q became %q", b[:size], meant)
			}
			b = b[size:]
		}
	})
}

func TestParseNumbers(t *testing.T) {
	tests := []struct {
		in   string
		want []int
		ok   bool
	}{
		{"1", []int{0}, true},
		{"3, 1 2-4,4", []int{0, 1, 2, 3}, true},
		{"none", nil, false},
		{"0", nil, false},
		{"6", nil, false},
		{"4-2", nil, false},
		{"1-", nil, false},
		{"-1", nil, false},
		{"x", nil, false},
		{",", nil, false},
		{"1-99999999999999999999", nil, false},
	}
	for _, tt := range tests {
		got, ok := parseNumbers(tt.in, 5)
		if ok != tt.ok || ok && !slices.Equal(got, tt.want) {
			t.Errorf("%q: %v, %v", tt.in, got, ok)
		}
	}
}

func TestCut(t *testing.T) {
	for _, s := range []string{"", "short", strings.Repeat("long ", 20), strings.Repeat("漢字", 20), strings.Repeat("é", 50)} {
		for width := 3; width < 60; width++ {
			got := cut(s, width)
			if columns(got) > width || !strings.HasPrefix(s, strings.TrimSuffix(got, "…")) {
				t.Fatalf("%q in %d: %q", s, width, got)
			}
		}
	}
}
