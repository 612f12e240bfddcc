package devops

import (
	"errors"
	"testing"
)

func TestParsePath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"databases":                         "/v2/databases",
		"/databases":                        "/v2/databases",
		"/v2/databases":                     "/v2/databases",
		"v2/databases/":                     "/v2/databases/",
		"v3/databases/x/cdc":                "/v3/databases/x/cdc",
		"v2x/y":                             "/v2/v2x/y",
		"databases?limit=5&include=all":     "/v2/databases?include=all&limit=5",
		"databases/x/keyspaces/a%20b":       "/v2/databases/x/keyspaces/a%20b",
		"@evil.example.com/databases":       "/v2/@evil.example.com/databases",
		"organizations/users/a@example.com": "/v2/organizations/users/a@example.com",
	} {
		path, query, err := ParsePath(text)
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		if err != nil || path != want {
			t.Errorf("%q: %q, %v; want %q", text, path, err, want)
		}
	}
	for _, text := range []string{
		"", "/", "?limit=5", "https://evil.example.com/v2/databases", "//evil.example.com/v2/databases", "/v2//databases", "../databases", "/v2/../admin",
		"/v2/./databases", "/v2/..", "/v2/%2e%2e/admin", "/v2/.%2E/admin", "/v2/..;/admin", "/v2/..%3bx/admin", "/v2/%20../admin", "/v2%2fdatabases", "/v2/a%2Fb", "/v2/a%5cb", `/v2/a\b`,
		"/v2/a%252e", "/v2/a%00", "/v2/a%0d%0aHost:x", "/v2/a\nb", "/v2/a b", "/v2/é", "/v2/a#b", "/v2/a%zz", "/v2/{id}", "/v2/a%7fb", "/v2/a?x=%zz", "/v2/a?a;b", "<x>",
	} {
		if path, _, err := ParsePath(text); !errors.Is(err, ErrURL) {
			t.Errorf("%q is accepted as %q, %v", text, path, err)
		}
	}
}

// The parts of any accepted path stay behind the address of the service.
func FuzzParsePath(f *testing.F) {
	for _, text := range []string{"databases", "//x", "/v2/%2e%2e", "@x/y", "v3/a?b=c"} {
		f.Add(text)
	}
	c, err := New(Config{Token: "AstraCS:x:y"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path, query, err := ParsePath(text)
		if err != nil {
			return
		}
		req, err := c.newRequest(t.Context(), call{method: "GET", path: path, query: query})
		if err != nil {
			return
		}
		if req.URL.Host != "api.astra.datastax.com" || req.URL.User != nil || req.URL.Scheme != "https" || req.URL.Fragment != "" {
			t.Errorf("%q leads to %s", text, req.URL)
		}
	})
}

func TestCreatesCredential(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/v2/clientIdSecrets": true, "/v2/clientIdSecrets/": true, "/v2/clientidsecrets": true, "/v2/%63lientIdSecrets": true, "/v2/CLIENTIDSECRETS;x": true,
		"/v2/tokens": true, "/v2/Tokens/": true, "/v2/token": true, "/v2/to%6Bens": true, "/v2/to%E2%84%AAens": true, "/v2/tokens.json": true, "/v2/%20tokens": true,
		"/v2/streaming/tenants/t/tokens": true, "/v2/authenticateServiceAccount": true, "/v2/api/rest/v1/auth": true, "/v1/auth": true,
		"/v2/databases": false, "/v2/databases/x/keyspaces/tokens": false, "/v2/organizations/roles": false, "/v2/tokenizers": false, "/v2/databases/x/authority": false,
		"/v2/keyspaces/clientIdSecrets": true, "/v2/keyspaces/tokens": true, "/v2/x/keyspaces/%20tokens": true, "/v2/tables/tokens": true, "/v2/x/y/z/keyspaces/tokens": true,
		"/v2/databases/x/keyspaces/tokens/tables/secrets": false, "/v2/databases/x/keyspaces/a/tokens": true, "/v2/databases/x/keyspaces": false, "/v2/databases/tokens": true,
		"/v2/apikeys": true, "/v2/x/API_Keys/": true, "/v2/x/apiTokens": true, "/v2/x/client-id-secrets": true, "/v2/x/my%20secret%20": true, "/v2/x/keys": false,
		"/v2/x/apikeys;a=b": true, "/v2/x/tokens/y": true, "/v2/organizations/x/kms": false, "/v2/x/secrets.json": true,
	} {
		for _, method := range []string{"POST", "PUT", "PATCH"} {
			if got := (RawRequest{Method: method, Path: path}).CreatesCredential(); got != want {
				t.Errorf("%s %s: %v", method, path, got)
			}
		}
		for _, method := range []string{"GET", "HEAD", "DELETE"} {
			if (RawRequest{Method: method, Path: path}).CreatesCredential() {
				t.Errorf("%s %s", method, path)
			}
		}
	}
}
