package secret_test

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/secret"
)

// disguises are further forms of a known secret in a text.
func disguises() []encoding {
	hexBy := func(before, after string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for _, c := range []byte(s) {
				fmt.Fprintf(&b, "%s%02x%s", before, c, after)
			}
			return b.String()
		}
	}
	upper := func(of func(string) string) func(string) string {
		return func(s string) string { return strings.ToUpper(of(s)) }
	}
	behind := func(encoding *base32.Encoding, before string) func(string) string {
		return func(s string) string { return encoding.EncodeToString([]byte(before + s + "!")) }
	}
	all := []encoding{
		{"percent", hexBy("%", "")},
		{"percent, capitals", upper(hexBy("%", ""))},
		{"percent twice", hexBy("%25", "")},
		{"percent with u", hexBy("%u00", "")},
		{"decimal entities", each("&#%d;")},
		{"decimal entities without end", each("&#%d")},
		{"decimal entities with zeros", each("&#%07d;")},
		{"hex entities", each("&#x%x;")},
		{"hex entities, capitals", each("&#X%X;")},
		{"entities twice", each("&amp;#%d;")},
		{"octal", each(`\%03o`)},
		{"JSON", each(`\u%04x`)},
		{"JSON twice", each(`\\u%04x`)},
		{"Python", each(`\U%08x`)},
		{"quoted-printable", each("=%02X")},
		{"hex", hexBy("", "")},
		{"hex, capitals", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
		{"hex dump", func(s string) string { return hex.Dump([]byte(s)) }},
		{"hex of UTF-16", hexBy("", " 00 ")},
		{"reversed", reverse},
	}
	for _, separator := range []string{" ", ":", "-", ", ", "\n", "\\x", "0x", " 0x", ", 0x", "\\\\x", "_", ".", "\x00", "\n    "} {
		all = append(all, encoding{"hex with " + strconv.Quote(separator), hexBy(separator, "")}, encoding{"capital hex with " + strconv.Quote(separator), func(s string) string {
			return strings.ReplaceAll(upper(hexBy(separator, ""))(s), "X", "x")
		}})
	}
	for _, before := range []string{"", "a", "ab", "abc", "abcd"} {
		all = append(
			all, encoding{"base32 behind " + before, behind(base32.StdEncoding, before)}, encoding{"small base32 behind " + before, func(s string) string { return strings.ToLower(behind(base32.StdEncoding, before)(s)) }},
			encoding{"base32hex behind " + before, behind(base32.HexEncoding, before)}, encoding{"wrapped base32 behind " + before, func(s string) string { return wrapped(64, "\n")(behind(base32.StdEncoding, before)(s)) }},
		)
	}
	for _, e := range encodings() {
		switch e.name {
		case "a pull secret", "base64 thrice", "an encoded command", "colours": // several layers; forms of whole tokens only
		default:
			all = append(all, e)
		}
	}
	return all
}

// survives reports whether 16 consecutive characters of a secret remain in a
// text, also escaped or separated.
func survives(got, s string, of func(string) string) string {
	const part = 16
	digits := func(text string) string {
		return strings.ToLower(strings.Map(func(r rune) rune {
			if strings.ContainsRune("0123456789abcdefABCDEF", r) {
				return r
			}
			return -1
		}, strings.ReplaceAll(text, "0x", "")))
	}
	plain, _ := url.PathUnescape(got)
	for at := range len(s) - part + 1 {
		window := s[at : at+part]
		for _, text := range []string{got, plain, digits(got)} {
			for _, form := range []string{window, hex.EncodeToString([]byte(window)), of(window), strings.ToLower(of(window))} {
				if strings.Contains(text, form) {
					return form
				}
			}
		}
	}
	return ""
}

// TestRedactDisguises checks that at most 15 digits of a known token remain, in
// any form, whole or in part.
func TestRedactDisguises(t *testing.T) {
	t.Parallel()
	const random = "0f1E.2d3C,4b5A+6978~8796a5b4_c3d2e1f0-zYxWvUtSrQpOnMlKjIhGfEdCbA9876543210.qWeRtYuIoP"
	var r secret.Redactor
	r.Add(token)
	r.Add(random)
	for _, e := range disguises() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			for _, whole := range []string{token, tail, random} {
				if whole == random && strings.HasPrefix(e.name, "lines of two") {
					continue // only digits are joined
				}
				s := strings.TrimPrefix(whole, "AstraCS:"+clientID+":")
				for i, text := range []string{whole, s[:32], s[5:37], s[len(s)-32:], s[3:52]} {
					for _, around := range []string{"%s", []string{"x %s y", "\"%s\"\n", "a=%s&b=1", "(%s)", "0x%s;"}[i]} {
						got := r.Redact(strings.Replace(around, "%s", e.of(text), 1))
						if left := survives(got, s, e.of); left != "" {
							t.Fatalf("of %q there is %q left in %q", text, left, got)
						}
					}
				}
			}
		})
	}
}

// TestRedactLeavesTheRest checks that other text is preserved, also before and
// between secrets.
func TestRedactLeavesTheRest(t *testing.T) {
	t.Parallel()
	var r secret.Redactor
	r.Add(token)
	r.Add("https://example.com/bundle?X-Amz-Signature=0123")
	r.Add("correct horse battery staple and more words")
	for in, want := range map[string]string{
		clientID: clientID,
		"deleted AstraCS:" + clientID[:0] + " " + clientID: "deleted AstraCS: " + clientID,
		tail[:15] + " of it":                           tail[:15] + " of it",
		"a " + tail[:32] + " b " + tail[32:] + " c":    "a [secret] b [secret] c",
		"a " + tail[:20] + tail[:20] + " c":            "a [secret] c",
		"https://example.com/bundle is not there":      "https://example.com/bundle is not there",
		"correct horse battery staple":                 "correct horse battery staple",
		"de ad be ef 00 11 22 33 44 55 66 77 88 99 aa": "de ad be ef 00 11 22 33 44 55 66 77 88 99 aa",
		"100% of a&b \\ =":                             "100% of a&b \\ =",
	} {
		if got := r.Redact(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	long := strings.Repeat("0123456789 words & %41 more\n", 20000)
	if got := r.Redact(long + token + long + url.QueryEscape(tail[:40]) + long); got != long+"[secret]"+long+"[secret]"+long {
		t.Errorf("a text of %d bytes becomes one of %d", 3*len(long), len(got))
	}
}

// FuzzRedactDisguises puts a part of a token, in one of the forms, into any
// text.
func FuzzRedactDisguises(f *testing.F) {
	for i := range disguises() {
		f.Add("x ", byte(i), byte(0), byte(64), " y")
		f.Add("%4\\x&#", byte(i), byte(7), byte(40), ";0x")
	}
	f.Fuzz(func(t *testing.T, before string, how, from, size byte, after string) {
		all := disguises()
		e := all[int(how)%len(all)]
		if e.name == "hex dump" {
			t.Skip("the ends of two lines of text can be joined to 16 digits")
		}
		begin := int(from) % 33
		part := tail[begin:min(len(tail), begin+32+int(size)%32)]
		var r secret.Redactor
		r.Add(token)
		got := r.Redact(before + " | " + e.of(part) + " | " + after)
		if left := survives(got, part, e.of); left != "" && !strings.Contains(before+after, left) {
			t.Errorf("%s: %q is left in %q", e.name, left, got)
		}
	})
}
