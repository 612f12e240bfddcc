package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/secret"
)

const (
	clientID = "aBcDeFgHiJkLmNoPqRsTuVwX"
	tail     = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	token    = "AstraCS:" + clientID + ":" + tail
)

func TestTextDoesNotPrintItself(t *testing.T) {
	t.Parallel()
	type holder struct{ Secret secret.Text }
	var out bytes.Buffer
	h := holder{"hunter2hunter2"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T%v"} {
		fmt.Fprintf(&out, verb+"\n", h.Secret)
		fmt.Fprintf(&out, verb+"\n", h)
	}
	check(t, json.NewEncoder(&out).Encode(h))
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", h.Secret)
	fmt.Fprintln(&out, fmt.Errorf("wrapped: %v", h.Secret))
	if s := out.String(); strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("the secret is in\n%s", s)
	}
	if h.Secret.Reveal() != "hunter2hunter2" || secret.Text("").String() != "" {
		t.Error("Reveal gives the value, and nothing is shown as nothing")
	}
}

func TestParseToken(t *testing.T) {
	t.Parallel()
	for _, good := range []string{token, " " + token + "\r\n", "\ufeff" + token, `"` + token + `"`, "'" + token + "'\n", "`" + token + "`", "\ufeff \"" + token + "\"\r\n"} {
		parsed, err := secret.ParseToken(good)
		if err != nil || parsed.ClientID != clientID || parsed.Text.Reveal() != token {
			t.Errorf("%q: %v, %v", good, parsed, err)
		}
	}
	for bad, why := range map[string]string{
		"":                                       "empty",
		"''":                                     "empty",
		"Bearer " + token:                        "does not start",
		"AstraCS:" + clientID:                    "2 parts",
		"AstraCS:short:" + tail:                  "not 24 letters",
		"AstraCS:" + clientID[:23] + "1:" + tail: "not 24 letters",
		token[:96]:                               "63 characters",
		token + "~":                              "65 characters",
		token + ";":                              "unexpected U+003B (;) at character 98",
		token[:40] + " " + token[40:]:            "unexpected U+0020 (space) at character 41",
		token[:40] + "\r\n" + token[40:]:         "2 unexpected characters, first U+000D (line break) at character 41",
		"x" + token:                              "unexpected U+0078 (x) at character 1",
		"AstraCS::" + token[8:]:                  "unexpected U+003A (:) at character 9",
		token + "g":                              "unexpected U+0067 (g) at character 98",
		token + "0":                              "65 characters instead of 64",
		token[:96] + "O":                         "U+004F (O) at character 97",
		"\"" + token:                             "unexpected U+0022 (\") at character 1",
		token[:50] + "\u00a0" + token[50:]:       "U+00A0 (no-break space) at character 51",
		strings.ToUpper(token):                   "does not start",
		"AstraCS:" + clientID + ":" + strings.ToUpper(tail): "lower-case",
	} {
		_, err := secret.ParseToken(bad)
		if !errors.Is(err, secret.ErrShape) || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %s", bad, err, why)
		} else if strings.Contains(err.Error(), tail[:16]) {
			t.Errorf("the error shows the text: %v", err)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	var r secret.Redactor
	r.Add("s3cret+value/99")
	r.Add("short")
	for in, want := range map[string]string{
		"x " + token + " y":                    "x [secret] y",
		"AstraCS%3A" + clientID + "%3A" + tail: "[secret]",
		"the value s3cret+value/99.":           "the value [secret].",
		"q=s3cret%2Bvalue%2F99&":               "q=[secret]&",
		"begins with AstraCS: and short":       "begins with AstraCS: and short",
		"astracs:" + clientID:                  "[secret]",
	} {
		if got := r.Redact(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	var out bytes.Buffer
	n, err := fmt.Fprintln(r.Writer(&out), "see", token)
	if err != nil || n != len("see ")+len(token)+1 || out.String() != "see [secret]\n" {
		t.Errorf("%d %v %q", n, err, out.String())
	}
}

// TestRedactForms redacts common encodings of a secret.
func TestRedactForms(t *testing.T) {
	t.Parallel()
	const value = `s3cret+"value"/<99>\ab`
	var r secret.Redactor
	r.Add(token)
	r.Add(value)
	for _, s := range []string{token, tail, value} {
		forms := map[string]string{
			"itself":      s,
			"hex":         hex.EncodeToString([]byte(s)),
			"capital hex": strings.ToUpper(hex.EncodeToString([]byte(s))),
			"a query":     url.QueryEscape(s),
			"a path":      url.PathEscape(s),
			"Go":          strconv.Quote(s),
			"HTML":        html.EscapeString(s),
			"backwards":   reverse(s),
		}
		quoted, err := json.Marshal(s)
		check(t, err)
		forms["JSON"] = string(quoted)
		for _, before := range []string{"", "u", "us", "use"} { // part of a longer text, such as user:password
			forms["base64 behind "+before] = base64.StdEncoding.EncodeToString([]byte(before + s + "!"))
			forms["base64 for addresses behind "+before] = base64.RawURLEncoding.EncodeToString([]byte(before + s))
		}
		for name, form := range forms {
			got := r.Redact("x " + form + " y")
			if !strings.Contains(got, "[secret]") || len(got) > len("x [secret] y")+8 {
				t.Errorf("%s of %s: %q", name, s, got)
			}
		}
	}
}

// TestSparing passes one secret and redacts others.
func TestSparing(t *testing.T) {
	t.Parallel()
	const rest = "9999999999abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const other = "AstraCS:zBcDeFgHiJkLmNoPqRsTuVwX:" + rest
	var r secret.Redactor
	r.Add(token)
	r.Add(other)
	r.Add("fresh+secret")
	var out bytes.Buffer
	fmt.Fprintf(r.WriterExcept(&out, token, "fresh+secret", ""), `{"token":%q,"secret":%q,"description":"%s %s"}`, token, "fresh+secret", other, rest)
	want := fmt.Sprintf(`{"token":%q,"secret":"fresh+secret","description":"[secret] [secret]"}`, token)
	if out.String() != want {
		t.Errorf("%s\nwant\n%s", out.String(), want)
	}
}

func reverse(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

func FuzzParseToken(f *testing.F) {
	f.Add(token)
	f.Add("\ufeff'" + token)
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := secret.ParseToken(s)
		if err != nil {
			return
		}
		if again, err := secret.ParseToken(parsed.Text.Reveal()); err != nil || again != parsed {
			t.Errorf("%q is parsed to what is not parsed alike: %v", s, err)
		}
		if !secret.LooksLikeToken(s) {
			t.Errorf("%q is a token and does not look like one", s)
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// FuzzRedact puts a secret, in one of its forms, into any text.
func FuzzRedact(f *testing.F) {
	const value = "s3cret+value/99"
	f.Add("x ", " y", token)
	f.Add("Basic ", "==", base64.StdEncoding.EncodeToString([]byte("user:"+token)))
	f.Add("\x00", "\x001\x00", value)
	f.Fuzz(func(t *testing.T, before, after, middle string) {
		var r secret.Redactor
		r.Add(token)
		r.Add(value)
		for _, form := range []string{token, tail, value, hex.EncodeToString([]byte(token)), url.QueryEscape(value), middle} {
			got := r.Redact(before + form + after)
			for _, s := range []string{token, tail, value} {
				if strings.Contains(got, s) || strings.Contains(got, hex.EncodeToString([]byte(s))) || strings.Contains(got, url.QueryEscape(s)) {
					t.Errorf("%q is in %q", s, got)
				}
			}
		}
	})
}

func TestOnly(t *testing.T) {
	t.Parallel()
	const other = "AstraCS:zyxwvutsrqponmlkjihgfedc:" + tail
	for text, want := range map[string]string{
		token:                     token,
		"\ufeff" + token + "\r\n": token,
		"{\n  \"description\": \"AstraCS: ours\", \"token\": \"" + token + "\"\n}": token,
		"clientId,secret,token\nx,y," + token + "\n":                               token,
		"clientId,secret,token\r\nx,y,\"" + token + "\"\r\n":                       token,
		"# env\nA=x\nASTRA_DB_APPLICATION_TOKEN=" + token + "\n":                   token,
		"export T='" + token + "';\nexport U='" + token + "';\n":                   token,
		"CLIENT ID  x\nTOKEN      " + token + "\nROLES  RO User\n":                 token,
		"token: " + token + "\n":                                                   token,
	} {
		only, count := secret.Only(text)
		parsed, err := secret.ParseToken(only)
		if count > 1 || err != nil || parsed.Text.Reveal() != want {
			t.Errorf("%q: %d, %v", text, count, err)
		}
	}
	if _, count := secret.Only(token + "\n" + other + "\n" + token); count != 2 {
		t.Errorf("two tokens: %d", count)
	}
	for text, why := range map[string]string{
		`{"token":"` + token + `;"}`:          "U+003B (;) at character 98",
		"T=" + token + "\u200b\n":             "U+200B (zero width space) at character 98",
		token[:50] + "\n" + token[50:] + "\n": "U+000A (line break) at character 51",
		"x" + token:                           "U+0078 (x) at character 1",
		`{"clientId":"x"}`:                    "does not start",
		`{"token":"` + token[:90] + `"}`:      "57 characters",
	} {
		only, _ := secret.Only(text)
		if _, err := secret.ParseToken(only); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %s", text, err, why)
		}
	}
}
