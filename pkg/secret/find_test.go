package secret_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/secret"
)

// other is a token with another client ID.
const other = "AstraCS:zYxWvUtSrQpOnMlKjIhGfEdC:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

// encoding is a form of a token in a text.
type encoding struct {
	name string
	of   func(string) string
}

func encodings() []encoding {
	std := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return []encoding{
		{"plain", func(s string) string { return s }},
		{"URL", url.QueryEscape},
		{"URL twice", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }},
		{"every character for a URL", each("%%%02x")},
		{"JSON string", func(s string) string { return strings.ReplaceAll(s, ":", `\u003a`) }},
		{"JSON in JSON", func(s string) string { return quoted(quoted(strings.ReplaceAll(s, ":", "\n:"))) }},
		{"every character in JavaScript", each(`\x%02x`)},
		{"braces", each(`\u{%x}`)},
		{"octal", each(`\%03o`)},
		{"properties", func(s string) string { return strings.ReplaceAll(s, ":", `\:`) }},
		{"HTML", func(s string) string { return html.EscapeString(strings.ReplaceAll(s, ":", "&#x3A;")) }},
		{"HTML, by name", func(s string) string { return strings.ReplaceAll(s, ":", "&colon;") }},
		{"mail", mail},
		{"UTF-16", wide},
		{"colours", func(s string) string { return "\x1b[1;32m" + s[:20] + "\x1b[0m" + s[20:] + "\x1b[K" }},
		{"spaces without width", func(s string) string { return strings.ReplaceAll(s, ":", ":\u200b") }},
		{"lines", wrapped(40, "\n")},
		{"lines of Windows", wrapped(25, "\r\n")},
		{"lines of a shell", wrapped(30, "\\\n    ")},
		{"lines of a quotation", wrapped(33, "\n> ")},
		{"lines of a comment", wrapped(50, "\n  # ")},
		{"lines of a program", wrapped(61, "\" +\n\t\t\"")},
		{"lines of two characters", wrapped(2, "\n")},
		{"base64", std},
		{"base64, not padded", func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }},
		{"base64 for URLs", func(s string) string { return base64.URLEncoding.EncodeToString([]byte("user?>~:" + s + "\xff\xfe")) }},
		{"a Basic header", func(s string) string { return "Authorization: Basic " + std("token:"+s) }},
		{"wrapped base64", func(s string) string { return wrapped(64, "\n")(std("{\"a\": \"" + s + "\"}")) }},
		{"base64 in YAML", func(s string) string { return "data:\n  token: |\n    " + wrapped(20, "\n    ")(std(s+"\n")) }},
		{"base64 in a URL", func(s string) string { return url.QueryEscape(std("??" + s)) }},
		{"base64 in JSON", func(s string) string { return quoted(wrapped(76, "\n")(std(s))) }},
		{"a pull secret", func(s string) string {
			return std(`{"auths":{"https://example.com":{"auth":"` + std("astra:"+s) + `"}}}`)
		}},
		{"base64 thrice", func(s string) string { return std("a" + std("bc"+std("def"+s))) }},
		{"hex", each("%02x")},
		{"hex with colons", each("%02X:")},
		{"hex of a program", each("0x%02x, ")},
		{"hex in a URL", each("%%%02X")},
		{"base32", func(s string) string { return base32.StdEncoding.EncodeToString([]byte("a" + s)) }},
		{"wrapped base32", func(s string) string { return wrapped(64, "\n")(base32.StdEncoding.EncodeToString([]byte("ab" + s))) }},
		{"HTML without ends", each("&#%d")},
		{"Python", each(`\U%08x`)},
		{"an encoded command", func(s string) string { return std(wide("$env:T = '" + s + "'")) }},
	}
}

func each(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func mail(s string) string {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	fmt.Fprint(w, strings.Repeat("ä", 10), s)
	w.Close()
	return strings.ReplaceAll(b.String(), ":", "=3A")
}

func wide(s string) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = append(b, byte(c), byte(c>>8))
	}
	return string(b)
}

func wrapped(width int, end string) func(string) string {
	return func(s string) string {
		var lines []string
		for line := range slices.Chunk([]byte(s), width) {
			lines = append(lines, string(line))
		}
		return strings.Join(lines, end)
	}
}

func tokensIn(t *testing.T, text string) []string {
	t.Helper()
	found, err := secret.Find([]byte(text))
	check(t, err)
	list := []string{}
	for _, token := range found.Tokens {
		if again, err := secret.ParseToken(token.Text.Reveal()); err != nil || again != token {
			t.Errorf("found what is no token: %v", err)
		}
		list = append(list, token.Text.Reveal())
	}
	return list
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, e := range encodings() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			for text, want := range map[string][]string{
				e.of(token):                                {token},
				"export X=" + e.of(token) + "; rm -rf /":   {token},
				`{"a":"` + e.of(token) + `","b":[1]}`:      {token},
				"a," + e.of(token) + "\n" + e.of(token):    {token},
				e.of(token) + "\n" + e.of(other):           {token, other},
				e.of(token) + "," + e.of(other) + "\r\n":   {token, other},
				"v: '" + e.of(token+" "+other) + "'":       {token, other},
				e.of(token + other):                        {token, other},
				e.of("x=" + token + "\nab" + other + "ab"): {token, other},
			} {
				if diff := cmp.Diff(want, tokensIn(t, text)); diff != "" {
					t.Errorf("%q: %s", text, diff)
				}
			}
		})
	}
}

func TestFindWhere(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a shell":            "export ASTRA_TOKEN='" + token + "'",
		"a header":           "curl -H 'Authorization: Bearer " + token + "' https://x",
		"Cassandra's header": "X-Cassandra-Token:" + token,
		"CSV":                `"a","` + token + `","b"` + "\r\n",
		"a query":            "https://x/?a=1&token=" + url.QueryEscape(token) + "&b=2#f",
		"a user":             "https://token:" + url.QueryEscape(token) + "@example.com/",
		"a bundle":           "cassandra://" + token + "@host",
		"a word":             "xAstraCS:" + clientID + ":" + tail + "ffff",
		"an environment":     "A=1\x00TOKEN=" + token + "\x00fee=1\x00",
		"a diff":             "-old\n+  token: " + token[:50] + "\\\n+  " + token[50:] + "\n",
		"a table of two":     "│ " + token[:48] + " │\n│ " + token[48:] + " │\n",
	} {
		if got := tokensIn(t, text); !slices.Equal(got, []string{token}) {
			t.Errorf("%s: %d tokens", name, len(got))
		}
	}
}

// TestFindNothing has texts that resemble tokens.
func TestFindNothing(t *testing.T) {
	t.Parallel()
	for text, pieces := range map[string][]string{
		"":                              nil,
		"a token begins with AstraCS:":  nil,
		"AstraCS:" + clientID:           nil,
		"AstraCS:" + clientID + ":":     {clientID},
		"AstraCS:" + clientID + ":****": {clientID},
		"AstraCS:" + clientID + ":" + tail[:63] + "\n":                                                  {clientID},
		"AstraCS:" + clientID + ":" + tail[:40] + " " + tail[40:]:                                       {clientID}, // a space is no wrap
		"AstraCS:" + clientID + ":" + tail[:40] + "\n\n\n" + tail[40:]:                                  {clientID}, // nor are paragraphs
		"AstraCS:" + clientID + ":" + tail[:40] + "\n" + strings.Repeat(" ", 300) + tail[40:]:           {clientID},
		"AstraCS:" + clientID + ":" + tail[:40] + "\n" + other[:60] + "\nAstraCS%3A" + clientID + "%3A": {clientID, other[8:32]},
		strings.ToLower(token):         nil,
		strings.Repeat("AstraCS:", 50): nil,
	} {
		found, err := secret.Find([]byte(text))
		if err != nil || len(found.Tokens) != 0 || !slices.Equal(found.Pieces, pieces) {
			t.Errorf("%q: %d tokens, pieces %v, want %v, %v", text, len(found.Tokens), found.Pieces, pieces, err)
		}
	}
	found, err := secret.Find([]byte("AstraCS:" + clientID + ":****\n" + url.QueryEscape(token)))
	if err != nil || len(found.Tokens) != 1 || len(found.Pieces) != 0 {
		t.Errorf("a piece of what is there whole is reported: %v, %v", found.Pieces, err)
	}
}

// TestFindBounds checks that the time for large worst-case texts is linear, and
// that a too large one is refused.
func TestFindBounds(t *testing.T) {
	t.Parallel()
	if _, err := secret.Find(make([]byte, secret.MaxText+1)); !errors.Is(err, secret.ErrTextSize) {
		t.Errorf("too large: %v", err)
	}
	nested := "x"
	for range 4 {
		nested = base64.StdEncoding.EncodeToString([]byte(strings.Repeat(nested, 12)))
	}
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1<<16)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for name, unit := range map[string]string{
		"prefixes": "AstraCS:", "tokens": token, "percent": "%", "escapes": "%2525253A", "backslashes": `\`, "entities": "&#", "equals": "=41",
		"digits": "A", "blobs": nested, "line ends": "\n", "colours": "\x1b[", "invisible": "\u200b", "zeros": "\x00", "noise": string(noise),
		"prose": "It was a dark and stormy night; the rain fell in torrents.\n", "braces": `\u{`, "base64": "QUFB", "torn": token[:90] + "\n",
	} {
		text := bytes.Repeat([]byte(unit), secret.MaxText/4/len(unit))
		begin := time.Now()
		if _, err := secret.Find(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(begin); took > time.Minute { // also with the race detector on a busy machine
			t.Errorf("%s: it took %s", name, took)
		} else {
			t.Logf("%-12s %s", name, took)
		}
	}
}

// FuzzFind hides a token in any text, in every encoding.
func FuzzFind(f *testing.F) {
	for i := range encodings() {
		f.Add("a=", byte(i), byte(0), "; b")
		f.Add("%4\\x3&#5\x1b[1;"+token[:80], byte(i), byte(i), tail+"=\r\n%")
		f.Add("QXN0cmFDUz"+strings.Repeat("AstraCS:", 3), byte(i), byte(2), other)
	}
	separators := []string{" ", "\n", "\"", ", ", "\r\n", " '"}
	f.Fuzz(func(t *testing.T, before string, how, apart byte, after string) {
		all := encodings()
		e := all[int(how)%len(all)]
		separator := separators[int(apart)%len(separators)]
		text := before + separator + e.of(token) + separator + after
		if !slices.Contains(tokensIn(t, text), token) {
			t.Errorf("%s: not found in %q", e.name, text)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	text := bytes.Repeat([]byte("2026-10-01T00:00:00Z INFO request path=/v2/databases?limit=100 status=200 \"user\\\"s agent\"\n"), 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := secret.Find(text); err != nil {
			b.Fatal(err)
		}
	}
}
