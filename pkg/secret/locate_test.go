package secret_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/secret"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	const token = "AstraCS:abcdefghijklmnopqrstuvwx:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const other = "AstraCS:xwvutsrqponmlkjihgfedcba:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	wrapped := func(s string, width int) string {
		var lines []string
		for len(s) > width {
			lines, s = append(lines, s[:width]), s[width:]
		}
		return strings.Join(append(lines, s), "\n")
	}
	blob := base64.StdEncoding.EncodeToString([]byte(`{"user":"token","password":"` + token + `"}`))
	filler := strings.Repeat("INFO nothing of interest happens here, and it does so on many lines of the log\n", 1000)
	for name, test := range map[string]struct{ text, want string }{
		"alone":              {token, "1-1"},
		"plain":              {"a\nb " + token + " c\nd\n", "2-2"},
		"several lines":      {"a\n" + token + "\n\nb\nexport T=" + token + "\n", "2-2 5-5"},
		"twice on a line":    {token + " " + token + "\n", "1-1"},
		"beside another":     {other + "\n" + token + "\n" + other, "2-2"},
		"escaped for a URL":  {"a\r\nb\r\nt=" + strings.ReplaceAll(token, ":", "%3A"), "3-3"},
		"base64 on one line": {"data:\n  p: " + blob + "\n", "2-2"},
		"wrapped":            {"a\n" + wrapped(token, 40) + "\nb\n", "2-4"},
		"wrapped base64":     {filler + wrapped(blob, 60) + "\n" + filler, "1001-1003"},
		"a line a letter":    {"x\n" + wrapped(blob, 2) + "\n", ""},
	} {
		found, err := secret.Find([]byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := secret.ParseToken(token)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range secret.Locate([]byte(test.text), found.Tokens)[parsed.Text] {
			got = append(got, fmt.Sprintf("%d-%d", l.First, l.Last))
		}
		if test.want == "" { // any location
			if len(got) != 1 {
				t.Errorf("%s: %v", name, got)
			}
			continue
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %v, want %s", name, got, test.want)
		}
	}
}

func BenchmarkLocate(b *testing.B) {
	line := []byte("2026-10-01T00:00:00Z INFO request path=/v2/databases?limit=100 status=200 \"user\\\"s agent\" and some more of it\n")
	text := append(bytes.Repeat(line, 10_000), "AstraCS:abcdefghijklmnopqrstuvwx:0123456789abcdef01234567\n89abcdef0123456789abcdef0123456789abcdef\n"...)
	found, err := secret.Find(text)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(secret.Locate(text, found.Tokens)) != 1 {
			b.Fatal("not found")
		}
	}
}
