package sandbox

import (
	"archive/zip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// fetch sends a GET request without Authorization, with an X-Cassandra-Token if
// token is not empty.
func (w *testSandbox) fetch(address, token string) testResponse {
	w.Helper()
	request, err := http.NewRequestWithContext(w.Context(), http.MethodGet, address, nil)
	if err != nil {
		w.Fatal(err)
	}
	if token != "" {
		request.Header.Set("X-Cassandra-Token", token)
	}
	answer, err := w.client.RoundTrip(request)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.Fatal(err)
	}
	return testResponse{answer.StatusCode, answer.Header.Get("Content-Type"), string(body), answer.Header}
}

// keyspaces requests the keyspaces at a host.
func (w *testSandbox) keyspaces(root, token string) testResponse {
	w.Helper()
	return w.fetch(root+"/api/rest/v2/schemas/keyspaces", token)
}

func (w *testSandbox) session(username, password string) string {
	w.Helper()
	got := w.send("POST", "/api/rest/v1/auth", "", `{"username":"`+username+`","password":"`+password+`"}`)
	if got.status != 201 {
		w.Fatalf("%+v", got)
	}
	return read[struct{ AuthToken string }](w.T, got.body).AuthToken
}

func TestSessionsSlide(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(roUser)
	token := w.session(made.ClientID, made.Secret)
	for range 3 {
		w.clock.advance(29 * time.Minute)
		if got := w.keyspaces(w.url, token); got.status != 200 || got.body != `{"data":[{"name":"app"},{"name":"legacy"}]}` {
			t.Fatalf("%+v", got)
		}
	}
	w.clock.advance(30 * time.Minute)
	if got := w.keyspaces(w.url, token); got.status != 401 || got.body != `{"description":"Missing or invalid Auth Token","code":401}` {
		t.Errorf("after 30 minutes: %+v", got)
	}
}

func TestWhoOpensASession(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(roUser)
	for name, test := range map[string]struct {
		body   string
		status int
	}{
		"a token":                   {`{"username":"` + made.ClientID + `","password":"` + made.Secret + `"}`, 201},
		"another secret":            {`{"username":"` + made.ClientID + `","password":"` + made.Secret[1:] + `"}`, 401},
		"the token as the password": {`{"username":"` + made.ClientID + `","password":"` + made.Token + `"}`, 401},
		"a classic user":            {`{"username":"legacy","password":"legacy-password"}`, 201},
		"a wrong password":          {`{"username":"legacy","password":"legacy"}`, 401},
		"an unknown user":           {`{"username":"other","password":"legacy-password"}`, 401},
		"nobody":                    {`{"username":"","password":"legacy-password"}`, 400},
		"no body":                   {``, 400},
		"an unknown key":            {`{"username":"legacy","password":"legacy-password","token":""}`, 400},
	} {
		if got := w.send("POST", "/api/rest/v1/auth", "", test.body); got.status != test.status || test.status >= 400 && !strings.HasPrefix(got.body, `{"description":"`) {
			t.Errorf("%s: %+v, want %d", name, got, test.status)
		}
	}
}

func TestDataHostKnowsItsDatabase(t *testing.T) {
	w := newTestSandbox(t)
	all := w.databases("")
	host := func(d databaseOut) string { return strings.TrimSuffix(d.DataEndpointURL, "/api/rest") }
	if got := w.keyspaces(host(all[0]), w.status.Token); got.body != `{"data":[{"name":"app"}]}` {
		t.Errorf("an application token: %+v", got)
	}
	user := w.session("legacy", LegacyPassword)
	if got := w.keyspaces(w.url, user); got.body != `{"data":[{"name":"legacy"}]}` {
		t.Errorf("a user: %+v", got)
	}
	if got := w.keyspaces(host(all[0]), user); got.status != 401 {
		t.Errorf("a user of another database: %+v", got)
	}
	if got := w.keyspaces("https://"+unknownID+"-us-east1.apps.astra.datastax.com", user); got.status != 404 {
		t.Errorf("no such host: %+v", got)
	}
	narrow := w.newToken(w.newRole("Narrow", []string{"db-rest", "db-keyspace-describe"}, []string{"", ":db:" + all[1].ID, ":db:" + all[1].ID + ":keyspace:*"}))
	if got := w.keyspaces(w.url, w.session(narrow.ClientID, narrow.Secret)); got.body != `{"data":[{"name":"legacy"}]}` {
		t.Errorf("one database only: %+v", got)
	}
	silent := w.newToken(w.newRole("Silent", []string{"org-db-view"}, []string{"", ":db:*"}))
	if got := w.keyspaces(w.url, silent.Token); got.status != 401 || !strings.Contains(got.body, "Role unauthorized") {
		t.Errorf("without db-rest: %+v", got)
	}
}

func TestASessionEndsWithItsToken(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(roUser)
	token := w.session(made.ClientID, made.Secret)
	w.admin(204, "DELETE", "/v2/clientIdSecrets/"+made.ClientID, "")
	if got := w.keyspaces(w.url, token); got.status != 401 {
		t.Errorf("%+v", got)
	}
	for _, text := range []string{"", "x", made.Token} {
		if got := w.keyspaces(w.url, text); got.status != 401 {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestBundles(t *testing.T) {
	w := newTestSandbox(t).overHTTP()
	id := w.databases("")[0].ID
	one := read[bundleOut](t, w.admin(200, "POST", "/v2/databases/"+id+"/secureBundleURL", ""))
	all := read[[]bundleOut](t, w.admin(200, "POST", "/databases/"+id+"/secureBundleURL?all=true", ""))
	if len(all) != 1 || one.Datacenter != id+"-1" || all[0].URL == all[0].Internal || !strings.HasPrefix(one.URL, w.url+"/bundles/") {
		t.Fatalf("%+v %+v", one, all)
	}
	got := w.fetch(one.URL, "")
	archive, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
	if err != nil || got.kind != "application/zip" {
		t.Fatal(got, err)
	}
	var names []string
	for _, member := range archive.File {
		names = append(names, member.Name)
	}
	if want := []string{"ca.crt", "cert", "config.json", "cqlshrc", "identity.jks", "key", "trustStore.jks"}; !slices.Equal(names, want) {
		t.Errorf("members %v", names)
	}
	for _, address := range []string{
		strings.Replace(one.URL, "public", "internal", 1), strings.Replace(one.URL, ".zip", ".x.zip", 1), w.url + "/bundles/x.zip",
	} {
		if got := w.fetch(address, ""); got.status != 403 {
			t.Errorf("%s was not signed: %+v", address, got)
		}
	}
	if got := w.fetch(one.Internal, ""); got.status != 200 || got.kind != "application/zip" || one.Internal == one.URL {
		t.Errorf("the bundle for private endpoints: %+v", got)
	}
	w.clock.advance(5 * time.Minute)
	if got := w.fetch(one.URL, ""); got.status != 403 {
		t.Errorf("after five minutes: %+v", got)
	}
}

// TestEveryBundleAddressIsAtTheSandbox follows all addresses of bundles: clients
// download from those of a database without asking for new ones.
func TestEveryBundleAddressIsAtTheSandbox(t *testing.T) {
	w := newTestSandbox(t).overHTTP()
	id := w.databases("")[0].ID
	dc := w.get("/v2/databases/" + id).Info.Datacenters[0]
	one := read[bundleOut](t, w.admin(200, "POST", "/v2/databases/"+id+"/secureBundleURL", ""))
	listed := read[[]datacenterOut](t, w.admin(200, "GET", "/v2/databases/"+id+"/datacenters", ""))[0]
	for _, address := range []string{
		one.URL, one.Internal, one.Proxy, one.ProxyInternal, listed.SecureBundleURL,
		dc.SecureBundleURL, dc.SecureBundleInternalURL, dc.SecureBundleProxyURL, dc.SecureBundleProxyInnerURL,
	} {
		if got := w.fetch(address, ""); got.status != 200 || got.kind != "application/zip" {
			t.Errorf("%s: %+v", address, got)
		}
	}
}

// TestBundlesBehindProxy checks that addresses have the scheme that the client
// used, when a proxy in front of the sandbox terminates TLS.
func TestBundlesBehindProxy(t *testing.T) {
	w := newTestSandbox(t)
	request := httptest.NewRequest(http.MethodPost, "http://astra.test/v2/databases/"+w.databases("")[0].ID+"/secureBundleURL", nil)
	request.Header = http.Header{"Authorization": {"Bearer " + w.status.Token}, "X-Forwarded-Proto": {"https"}}
	recorder := httptest.NewRecorder()
	w.server.ServeHTTP(recorder, request)
	if got := read[bundleOut](t, recorder.Body.String()).URL; !strings.HasPrefix(got, "https://astra.test/") {
		t.Error(got)
	}
}

func TestBundleRefusals(t *testing.T) {
	w := newTestSandbox(t)
	id := w.databases("")[0].ID
	parked := demo(unknownID, "owner", w.clock.Now())
	parked.Status = "PARKED"
	insertRecords(w, databases(), parked)
	w.admin(404, "POST", "/v2/databases/x/secureBundleURL", "")
	w.admin(409, "POST", "/v2/databases/"+unknownID+"/secureBundleURL", "")
	w.admin(400, "POST", "/v2/databases/"+id+"/secureBundleURL?all=maybe", "")
	api := w.newToken(w.newRole("No CQL", []string{"org-db-view"}, []string{"", ":db:*"}))
	if got := w.send("POST", "/v2/databases/"+id+"/secureBundleURL", api.Token, ""); got.status != 401 || got.body != "null" {
		t.Errorf("%+v", got)
	}
}

// TestAnyRequestAtItsDataHostWakesADatabase checks that a hibernated database
// resumes whatever is requested, and with whatever method, as clients rely on.
func TestAnyRequestAtItsDataHostWakesADatabase(t *testing.T) {
	for _, request := range []string{"GET /fake", "POST /api/json/v1/default_keyspace", "DELETE /", "GET /v2/databases", "PUT /api/rest/v2/schemas/keyspaces"} {
		t.Run(request, func(t *testing.T) {
			w := newTestSandbox(t, real)
			w.client = w.server.RoundTripper() // no description has these paths
			d := w.databases("")[0]
			if err := w.server.Seed(SeedOptions{Hibernate: []string{d.ID}}); err != nil {
				t.Fatal(err)
			}
			w.clock.advance(time.Hour)
			method, path, _ := strings.Cut(request, " ")
			status := func() string { return w.get("/v2/databases/" + d.ID).Status }
			atHost := func() testResponse {
				api := w.url
				defer func() { w.url = api }()
				w.url = strings.TrimSuffix(d.DataEndpointURL, "/api/rest")
				return w.send(method, path, w.status.Token, "")
			}
			if got := status(); got != "HIBERNATED" {
				t.Fatal(got)
			}
			if got := atHost(); got.status != 503 || got.body != `{"message":"Resuming your database, please try again shortly."}` {
				t.Errorf("the first request: %+v", got)
			}
			if got := status(); got != "RESUMING" {
				t.Errorf("after the first request: %s", got)
			}
			if got := atHost(); got.status != 503 || got.body != `{"description":"the database is resuming","code":503}` {
				t.Errorf("the second request: %+v", got)
			}
			w.clock.advance(time.Minute)
			if got := status(); got != "ACTIVE" {
				t.Errorf("finally: %s", got)
			}
			if got := atHost(); got.status == 503 {
				t.Errorf("once it is active: %+v", got)
			}
		})
	}
}
