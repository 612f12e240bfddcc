package sandbox

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"POST /v2/tokens=drop-response":           {Method: "POST", Path: "/v2/tokens", Kind: KindDropResponse},
		"GET *=status":                            {Method: "GET", Path: "*", Kind: KindStatus},
		"GET *=status,arg=429,times=2":            {Method: "GET", Path: "*", Kind: KindStatus, Arg: "429", Times: 2},
		"DELETE  /organizations/users/*=truncate": {Method: "DELETE", Path: "/organizations/users/*", Kind: KindTruncate},
		"PUT /a=slow,times=1,arg=1m30s":           {Method: "PUT", Path: "/a", Kind: KindSlow, Arg: "1m30s", Times: 1},
		"PATCH /a=reset":                          {Method: "PATCH", Path: "/a", Kind: KindReset},
		"GET /a=html,times=3":                     {Method: "GET", Path: "/a", Kind: KindHTML, Times: 3},
	} {
		got, err := ParseFault(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestParseFaultSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "= between",
		"GET /a":                           "= between",
		"/a=reset":                         "a method and a path",
		"GET /a b=reset":                   "a method and a path",
		"get /a=reset":                     `"get" is not a method`,
		"GET a=reset":                      `the path "a" does not begin with /`,
		"GET /a=explode":                   `"explode" is not a kind: drop-response, html, reset, slow, status, truncate`,
		"GET /a=":                          `"" is not a kind`,
		"GET /a=reset,arg=1":               "reset does not take arg",
		"GET /a=reset,often":               `"often" is not an option`,
		"GET /a=reset,times=0":             `times="0"`,
		"GET /a=reset,times=x":             `times="x"`,
		"GET /a=reset,times=":              `times=""`,
		"GET /a=reset,times=1,times=2":     "duplicate",
		"GET /a=status,arg=":               "arg is empty",
		"GET /a=status,arg=200":            `arg="200" is not a status`,
		"GET /a=status,arg=bad":            `arg="bad" is not a status`,
		"GET /a=status,arg=500,arg=501":    "duplicate",
		"GET /a=slow":                      `arg="" is not a duration`,
		"GET /a=slow,arg=10":               `arg="10" is not a duration`,
		"GET /a=slow,arg=-1s":              `arg="-1s" is not a duration`,
		"GET /a=drop-response,unknown=1,x": `"unknown=1" is not an option`,
	} {
		_, err := ParseFault(text)
		if !errors.Is(err, ErrFault) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestFaultStrikes(t *testing.T) {
	for _, test := range []struct {
		method, pattern, path string
		want                  bool
	}{
		{"GET", "*", "/v2/anything", true},
		{"POST", "*", "/v2/anything", false},
		{"GET", "/v2/databases", "/v2/databases", true},
		{"GET", "/v2/databases", "/databases", true},
		{"GET", "/databases", "/v2/databases", true},
		{"GET", "/v2/databases", "/v2/databases/x", false},
		{"GET", "/v2/databases/*", "/v2/databases/x", true},
		{"GET", "/v2/databases/*", "/v2/databases/x/keyspaces", false},
		{"GET", "/v2/*/x", "/v2/a%2Fb/x", true},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sandbox"+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Fault{Method: test.method, Path: test.pattern}).matches(request); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, seed := range []string{
		"POST /v2/tokens=drop-response", "GET *=status,arg=503,times=2", "GET /a/*=slow,arg=2s", "GET /=html,times=1", "x", "GET /a=b=c,d",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := ParseFault(text)
		if err != nil {
			if !errors.Is(err, ErrFault) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		again, err := ParseFault(fault.String())
		if err != nil || again != fault {
			t.Errorf("%q: %+v became %+v, %v", text, fault, again, err)
		}
	})
}
