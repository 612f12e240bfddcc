package devops

import (
	"errors"
	"strings"
	"testing"
)

func TestNormalizeURL(t *testing.T) {
	for in, want := range map[string]string{
		DefaultURL:         DefaultURL,
		DefaultURL + "/":   DefaultURL,
		DefaultURL + "/v2": DefaultURL,
		" https://API.Astra.datastax.com:443/v2/ ": DefaultURL,
		"https://h/base/v2":                        "https://h/base",
		"https://h:8443/base//":                    "https://h:8443/base",
		"https://h/v2/v2":                          "https://h",
		"https://h:/":                              "https://h",
		"http://127.0.0.1:80":                      "http://127.0.0.1",
		"http://localhost:9000/v2":                 "http://localhost:9000",
		"http://[::1]:9000":                        "http://[::1]:9000",
	} {
		if got, err := NormalizeURL(in); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %s", in, got, err, want)
		}
	}
}

func TestNormalizeURLRefuses(t *testing.T) {
	for _, in := range []string{
		"", "api.astra.datastax.com", "localhost:8080", "https://", "https:///v2", "https:h", "ftp://h", "//h",
		"http://api.astra.datastax.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://0.0.0.0", "http://192.168.1.1",
		"https://user:hunter2@h", "https://hunter2@h", "https://h?x=hunter2", "https://h/#hunter2", "https://h/?", "https://h#",
		"https://h/../v2", "https://h/a%2fb", "https://h/a//b", "https://\u00e4.example.com", "https://h\\@evil", "https://h:port", "https://u:hunter2 x@h",
		"https://[fe80::1%25eth0]",
	} {
		_, err := NormalizeURL(in)
		if !errors.Is(err, ErrURL) {
			t.Errorf("%s: %v", in, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows a password: %v", err)
		}
		if in != "" {
			if _, err := New(Config{Token: testToken, URL: in}); !errors.Is(err, ErrURL) {
				t.Errorf("New with %s: %v", in, err)
			}
		}
	}
}

func FuzzNormalizeURL(f *testing.F) {
	for _, s := range []string{DefaultURL + "/v2/", "http://[::1]:80/a/v2", "https://h/v2/v2", "https://h:/%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := NormalizeURL(s)
		if err != nil {
			return
		}
		if twice, err := NormalizeURL(once); err != nil || twice != once {
			t.Errorf("%q -> %q -> %q, %v", s, once, twice, err)
		}
		_, rest, _ := strings.Cut(once, "://")
		if host, root, _ := strings.Cut(rest, "/"); strings.Contains(host, "@") || root == "v2" || strings.HasSuffix(rest, "/") {
			t.Errorf("%q -> %q", s, once)
		}
	})
}
