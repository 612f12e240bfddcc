package devops

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/secret"
)

const testPassword = "correct-horse-battery"

func TestASessionIsOpenedWithoutTheToken(t *testing.T) {
	c, s := newScriptedClient(t, failWith(refused), status(201, fixture(t, "POST_api_rest_v1_auth.json")))
	token, err := c.Data.OpenSession(t.Context(), "https://db-r.apps.example.com/api/rest", "user", testPassword)
	if err != nil || token.Reveal() != "5c90f769-8784-499c-83f7-b764822255f1" {
		t.Fatal(token.Reveal(), err)
	}
	if want := `POST /api/rest/v1/auth {"username":"user","password":"` + testPassword + `"}`; s.seen[1] != want {
		t.Errorf("sent %s", s.seen[1])
	}
	h := s.headers[1]
	if h.Get("Authorization") != "" || !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(h.Get("X-Cassandra-Request-Id")) {
		t.Errorf("headers %v", h)
	}
}

func TestASessionIsAskedForOnce(t *testing.T) {
	for name, test := range map[string]struct {
		reply reply
		want  error
	}{
		"the answer is lost":        {failWith(reset), ErrNetwork},
		"a server error":            {status(503, `{"description":"later","code":503}`), ErrServer},
		"a wrong password":          {status(401, `{"description":"`+testPassword+` is wrong","code":401}`), ErrUnauthorized},
		"a proxy's empty refusal":   {status(401, "null"), ErrUnauthorized},
		"a redirect":                {status(302, "", "Location", "https://evil.example.com/"), ErrInvalidResponse},
		"no session":                {status(201, `{}`), ErrInvalidResponse},
		"two sessions":              {status(201, `{"authToken":"a","authtoken":"b"}`), ErrInvalidResponse},
		"what no header can carry":  {status(201, `{"authToken":"a\r\nX: b"}`), ErrInvalidResponse},
		"an answer that breaks off": {truncated(`{"authToken":`), ErrNetwork},
	} {
		c, s := newScriptedClient(t, test.reply, status(201, `{"authToken":"second"}`))
		_, err := c.Data.OpenSession(t.Context(), "https://db-r.apps.example.com/api/rest", "user", testPassword)
		if !errors.Is(err, test.want) || len(s.seen) != 1 {
			t.Errorf("%s: %v after %d requests", name, err, len(s.seen))
		}
		if err != nil && strings.Contains(err.Error(), testPassword) {
			t.Errorf("%s: the error shows the password: %v", name, err)
		}
	}
}

func TestARehearsedSessionShowsNoPassword(t *testing.T) {
	var shown Request
	stop := errors.New("rehearsed")
	s := &script{}
	c := newClient(t, Config{Transport: s, Before: func(r Request) error { shown = r; return stop }})
	_, err := c.Data.OpenSession(t.Context(), "https://db-r.apps.example.com/api/rest", "user", testPassword)
	if body, _ := shown.Body.(map[string]string); !errors.Is(err, stop) || len(s.seen) != 0 || len(body) != 1 || body["username"] != "user" {
		t.Error(shown, err, s.seen)
	}
}

func TestDataEndpoints(t *testing.T) {
	const id = "d1d1d1d1-0000-4000-8000-000000000001"
	at := func(endpoint string) Database {
		return Database{ID: id, Region: "us-east1", Regions: []string{"us-east1", "us-east4"}, Endpoint: endpoint}
	}
	evil := at("")
	evil.ID = "evil.example.com/"
	region := at("")
	region.Regions = []string{"x.evil.example.com#"}
	for name, test := range map[string]struct {
		api, region, want string
		db                Database
	}{
		"production":              {DefaultURL, "us-east1", "https://" + id + "-us-east1.apps.astra.datastax.com/api/rest", at("https://evil.example.com/api/rest")},
		"another region":          {DefaultURL, "us-east4", "https://" + id + "-us-east4.apps.astra.datastax.com/api/rest", at("")},
		"dev":                     {"https://api.dev.cloud.datastax.com", "us-east1", "https://" + id + "-us-east1.apps.astra-dev.datastax.com/api/rest", at("")},
		"test":                    {"https://api.test.cloud.datastax.com", "us-east1", "https://" + id + "-us-east1.apps.astra-test.datastax.com/api/rest", at("")},
		"a region of others":      {DefaultURL, "eu-west-1", "", at("")},
		"a hostile id":            {DefaultURL, "us-east1", "", evil},
		"a hostile region":        {DefaultURL, "x.evil.example.com#", "", region},
		"this machine":            {"http://127.0.0.1:8787", "us-east1", "http://127.0.0.1:8787/api/rest", at("https://evil.example.com/api/rest")},
		"another service, itself": {"https://astra.example.com", "us-east1", "https://astra.example.com/data", at("https://astra.example.com/data/")},
		"another host":            {"https://astra.example.com", "us-east1", "", at("https://evil.example.com/api/rest")},
		"another port":            {"https://astra.example.com", "us-east1", "", at("https://astra.example.com:8443/api/rest")},
		"not encrypted":           {"https://astra.example.com", "us-east1", "", at("http://astra.example.com/api/rest")},
		"with a user":             {"https://astra.example.com", "us-east1", "", at("https://u@astra.example.com/api/rest")},
		"of no known region":      {"https://astra.example.com", "us-east4", "", at("https://astra.example.com/api/rest")},
	} {
		got, err := DataEndpoint(test.api, test.db, test.region)
		if got != test.want || (test.want == "") != errors.Is(err, ErrForeignHost) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// file responds with a file and a Content-Length; -1 omits it.
func file(body string, length int64) reply {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := status(200, body)(req)
		resp.ContentLength = length
		return resp, err
	}
}

func bundleAt(address string) Bundle { return Bundle{URL: secret.Text(address)} }

func TestBundles(t *testing.T) {
	c, s := newFixtureClient(t, 200, "POST_v2_databases_secureBundleURL.json")
	c.config.Before = func(Request) error { return errors.New("nothing is changed") }
	all, err := c.Databases.Bundles(t.Context(), "d/1")
	if err != nil || len(all) != 1 || all[0].Region != "us-east1" || all[0].DatacenterID == "" || !strings.Contains(all[0].URL.Reveal(), "connect-shop") || !strings.Contains(all[0].Internal.Reveal(), "connect-internal-shop") {
		t.Fatal(all, err)
	}
	if s.seen[0] != "POST /v2/databases/d%2F1/secureBundleURL?all=true" {
		t.Errorf("sent %s", s.seen[0])
	}
	for _, body := range []string{`{}`, `[{"region":"r"}]`} {
		c, _ := newScriptedClient(t, status(200, body))
		if _, err := c.Databases.Bundles(t.Context(), "d"); !errors.Is(err, ErrInvalidResponse) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestABundleIsFetchedWithoutTheToken(t *testing.T) {
	const address = "https://bucket.s3.us-east-2.amazonaws.com/x.zip?X-Amz-Signature=abcdef0123456789"
	c, s := newScriptedClient(t, file("zip", 3))
	var got strings.Builder
	n, err := c.Databases.FetchBundle(t.Context(), bundleAt(address), &got)
	if err != nil || n != 3 || got.String() != "zip" || s.headers[0].Get("Authorization") != "" {
		t.Fatal(n, err, s.headers)
	}
	for name, test := range map[string]struct {
		reply reply
		want  error
	}{
		"expired":    {status(403, "<Error>"+address+"</Error>"), ErrInvalidResponse},
		"a redirect": {status(302, "", "Location", "https://evil.example.com/"), ErrInvalidResponse},
		"a fault":    {status(503, ""), ErrServer},
		"too often":  {status(429, ""), ErrRateLimited},
		"nobody":     {failWith(refused), ErrNetwork},
		"broken off": {truncated("zi"), ErrNetwork},
		"too short":  {file("zip", 4), ErrNetwork},
		"too long":   {file("zip", 2), ErrNetwork},
		"too large":  {file(strings.Repeat("x", maxBundle+1), -1), ErrInvalidResponse},
		"said to be": {file("zip", maxBundle+1), ErrInvalidResponse},
	} {
		c, s := newScriptedClient(t, test.reply)
		_, err := c.Databases.FetchBundle(t.Context(), bundleAt(address), new(strings.Builder))
		if !errors.Is(err, test.want) || len(s.seen) != 1 || strings.Contains(err.Error(), "Signature") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	signal := errors.New("a signal")
	c, _ = newScriptedClient(t, func(*http.Request) (*http.Response, error) { cancel(signal); return nil, signal })
	if _, err := c.Databases.FetchBundle(ctx, bundleAt(address), new(strings.Builder)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	full := errors.New("no space left")
	c, _ = newScriptedClient(t, file("zip", 3))
	if _, err := c.Databases.FetchBundle(t.Context(), bundleAt(address), failingWriter{full}); !errors.Is(err, full) {
		t.Error(err)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

func TestABundleComesFromNowhereElse(t *testing.T) {
	for address, fine := range map[string]bool{
		"https://bucket.s3.us-east-2.amazonaws.com/x.zip":     true,
		"https://bundles.datastax.com:443/x.zip":              true,
		"https://api.example.com/bundles/x.zip":               true, // the API's own host
		"http://bucket.s3.amazonaws.com/x.zip":                false,
		"https://amazonaws.com.evil.example.com/x.zip":        false,
		"https://evilamazonaws.com/x.zip":                     false,
		"https://bucket.s3.amazonaws.com:8443/x.zip":          false,
		"https://u:p@bucket.s3.amazonaws.com/x.zip":           false,
		"https://bucket.s3.amazonaws.com@evil.example.com/":   false,
		"https://169.254.169.254/latest/meta-data":            false,
		"http://127.0.0.1/x.zip":                              false,
		"http://api.example.com/x.zip":                        false,
		"file:///etc/passwd":                                  false,
		"":                                                    false,
		"https://bucket.s3.amazonaws.com\r\n.example.com/zip": false,
	} {
		c, s := newScriptedClient(t, file("zip", 3))
		_, err := c.Databases.FetchBundle(t.Context(), bundleAt(address), new(strings.Builder))
		if fine != (err == nil) || !fine && (!errors.Is(err, ErrForeignHost) || len(s.seen) != 0) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func awakeDatabase() Database {
	const id = "d1d1d1d1-0000-4000-8000-000000000001"
	return Database{ID: id, Region: "us-east1", Regions: []string{"us-east1"}}
}

func TestWake(t *testing.T) {
	const endpoint = "https://d1d1d1d1-0000-4000-8000-000000000001-us-east1.apps.astra.datastax.com/api/rest"
	for name, test := range map[string]struct {
		reply reply
		want  error // nil: the database resumes
	}{
		"it resumes":          {status(503, `{"message":"Resuming your database, please try again shortly."}`), nil},
		"it is awake":         {status(200, `{"data":[]}`), ErrAwake},
		"the role is too low": {status(401, `{"description":"Role unauthorized for operation: db-rest","code":401}`), ErrUnauthorized},
		"a server error":      {status(500, ""), ErrServer},
		"a lost answer":       {failWith(reset), ErrNetwork},
		"a redirect":          {status(302, "", "Location", "https://evil.example.com/"), ErrInvalidResponse},
	} {
		c, s := newScriptedClient(t, test.reply, status(200, `{"data":[]}`))
		err := c.Data.Wake(t.Context(), endpoint, awakeDatabase())
		if !errors.Is(err, test.want) || len(s.seen) != 1 {
			t.Errorf("%s: %v after %d requests", name, err, len(s.seen))
		}
		if h := s.headers[0]; s.seen[0] != "GET /api/rest/v2/schemas/keyspaces" || h.Get("X-Cassandra-Token") != testToken || h.Get("Authorization") != "" {
			t.Errorf("%s: sent %s with %v", name, s.seen[0], h)
		}
	}
	stop := errors.New("rehearsed")
	s := &script{}
	c := newClient(t, Config{Transport: s, Before: func(Request) error { return stop }})
	if err := c.Data.Wake(t.Context(), endpoint, awakeDatabase()); !errors.Is(err, stop) || len(s.seen) != 0 {
		t.Error(err, s.seen)
	}
}

func TestKeyspacesAtTheDataHost(t *testing.T) {
	const endpoint = "https://d1d1d1d1-0000-4000-8000-000000000001-us-east1.apps.astra.datastax.com/api/rest"
	c, s := newScriptedClient(t, status(200, `{"data":[{"name":"app"},{"name":"shop"}]}`))
	got, err := c.Data.Keyspaces(t.Context(), endpoint, awakeDatabase())
	if err != nil || strings.Join(got, " ") != "app shop" || s.headers[0].Get("X-Cassandra-Token") != testToken {
		t.Error(got, err, s.headers)
	}
	for _, body := range []string{`{}`, `[]`, `{"data":[{}]}`} {
		c, _ := newScriptedClient(t, status(200, body))
		if _, err := c.Data.Keyspaces(t.Context(), endpoint, awakeDatabase()); !errors.Is(err, ErrInvalidResponse) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestAServerOnThisMachineFindsTheDatabaseByItsHostName checks the Host header,
// without which such a server could not know which database to resume.
func TestAServerOnThisMachineFindsTheDatabaseByItsHostName(t *testing.T) {
	host := ""
	c := newServerClient(t, func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	d := awakeDatabase()
	endpoint, err := DataEndpoint(c.base, d, d.Region)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Data.Wake(t.Context(), endpoint, d); err != nil || host != d.ID+"-us-east1.apps.astra.datastax.com" {
		t.Error(host, err)
	}
	d.ID = "evil.example.com#"
	if err := c.Data.Wake(t.Context(), endpoint, d); !errors.Is(err, ErrForeignHost) {
		t.Error(err)
	}
}
