package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// clock is a clock that only advance moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 2, 3, 4, 5, 6, 789012345, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// testSandbox is a sandbox with helpers for requests.
type testSandbox struct {
	*testing.T
	server *Server
	clock  *clock
	client http.RoundTripper
	url    string
	status Status
}

// newTestSandbox opens a sandbox that is reached in-process.
func newTestSandbox(t *testing.T, edit ...func(*Options)) *testSandbox {
	t.Helper()
	w := &testSandbox{T: t, clock: newClock(), url: "http://sandbox"}
	o := Options{Path: filepath.Join(t.TempDir(), "state", "sandbox.db"), Now: w.clock.Now}
	for _, e := range edit {
		e(&o)
	}
	w.server = w.open(o)
	w.client = w.checkedTransport(w.server.RoundTripper())
	return w
}

func (w *testSandbox) open(o Options) *Server {
	w.Helper()
	s, err := Open(o)
	if err != nil {
		w.Fatal(err)
	}
	if w.status, err = s.Status(); err != nil {
		w.Fatal(err)
	}
	return s
}

// overHTTP switches to requests over loopback.
func (w *testSandbox) overHTTP() *testSandbox {
	server := httptest.NewServer(w.server)
	w.Cleanup(server.Close)
	w.client, w.url = w.checkedTransport(server.Client().Transport), server.URL
	return w
}

// testResponse is a response as tests compare it.
type testResponse struct {
	status  int
	kind    string
	body    string
	headers http.Header
}

func (w *testSandbox) send(method, path, token, body string) testResponse {
	w.Helper()
	r, err := w.try(method, path, token, body)
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (w *testSandbox) try(method, path, token, body string) (testResponse, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		return testResponse{}, err
	}
	if body == "" {
		request.Body = http.NoBody
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := w.client.RoundTrip(request)
	if err != nil {
		return testResponse{}, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return testResponse{answer.StatusCode, answer.Header.Get("Content-Type"), string(data), answer.Header}, err
}

// request returns a request of the seeded administrator, for exchanges that are
// not checked against the published descriptions.
func (w *testSandbox) request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.status.Token)
	return r
}

// admin sends a request as the seeded administrator and checks the status.
func (w *testSandbox) admin(status int, method, path, body string) string {
	w.Helper()
	r := w.send(method, path, w.status.Token, body)
	if r.status != status {
		w.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, status, r.body)
	}
	return r.body
}

// read decodes a JSON body.
func read[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// credentialOut is the response to the creation of a token.
type credentialOut struct {
	ClientID, Secret, OrgID, Token, Description string
	Roles                                       []string
	GeneratedOn, TokenExpiry                    time.Time
}

func (w *testSandbox) newToken(roleIDs ...string) credentialOut {
	w.Helper()
	body := `{"roles":["` + strings.Join(roleIDs, `","`) + `"]}`
	return read[credentialOut](w.T, w.admin(200, "POST", "/v2/clientIdSecrets", body))
}

// newRole creates a custom role for resources below the organization.
func (w *testSandbox) newRole(name string, actions, resources []string) string {
	w.Helper()
	for i, end := range resources {
		resources[i] = "drn:astra:org:" + w.status.OrgID + end
	}
	body, err := json.Marshal(map[string]any{"name": name, "policy": policy{name, resources, actions, "allow"}})
	if err != nil {
		w.Fatal(err)
	}
	return read[struct{ ID string }](w.T, w.admin(201, "POST", "/v2/organizations/roles", string(body))).ID
}

func (w *testSandbox) users() []userOut {
	w.Helper()
	return read[struct{ Users []userOut }](w.T, w.admin(200, "GET", "/v2/organizations/users", "")).Users
}

func (w *testSandbox) databases(query string) []databaseOut {
	w.Helper()
	return read[[]databaseOut](w.T, w.admin(200, "GET", "/v2/databases"+query, ""))
}

// insertRecords inserts records that no endpoint can create.
func insertRecords[T any](w *testSandbox, t table[T], records ...T) {
	w.Helper()
	err := w.server.update(context.Background(), func(tx *bolt.Tx) error { return putAll(tx, t, records) })
	if err != nil {
		w.Fatal(err)
	}
}

const (
	roUser     = "d2cfcd63-055c-4a58-b957-8916d4a007a5" // may list users and databases
	roService  = "16a4b1d7-a615-41f8-95ca-52b0280f4d77" // may list neither
	unknownID  = "99999999-9999-4999-8999-999999999999"
	otherToken = "AstraCS:ThisTokenWasNeverMadeHer:0000000000000000000000000000000000000000000000000000000000000000"
)
