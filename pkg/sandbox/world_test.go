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

// clock stands still until it is moved.
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

// world is a sandbox and a way to talk to it.
type world struct {
	*testing.T
	server *Server
	clock  *clock
	client http.RoundTripper
	url    string
	status Status
}

// newWorld opens a sandbox that is reached in-process.
func newWorld(t *testing.T, edit ...func(*Options)) *world {
	t.Helper()
	w := &world{T: t, clock: newClock(), url: "http://sandbox"}
	o := Options{Path: filepath.Join(t.TempDir(), "state", "sandbox.db"), Now: w.clock.Now}
	for _, e := range edit {
		e(&o)
	}
	w.server = w.open(o)
	w.client = w.held(w.server.RoundTripper())
	return w
}

func (w *world) open(o Options) *Server {
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

// overHTTP makes the world reach its sandbox over loopback.
func (w *world) overHTTP() *world {
	server := httptest.NewServer(w.server)
	w.Cleanup(server.Close)
	w.client, w.url = w.held(server.Client().Transport), server.URL
	return w
}

// response is what tests look at.
type response struct {
	status  int
	kind    string
	body    string
	headers http.Header
}

func (w *world) send(method, path, token, body string) response {
	w.Helper()
	r, err := w.try(method, path, token, body)
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (w *world) try(method, path, token, body string) (response, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		return response{}, err
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
		return response{}, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return response{answer.StatusCode, answer.Header.Get("Content-Type"), string(data), answer.Header}, err
}

// admin sends as the seeded administrator and fails on another status.
func (w *world) admin(status int, method, path, body string) string {
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

// credentialOut is the answer to the creation of a token.
type credentialOut struct {
	ClientID, Secret, OrgID, Token, Description string
	Roles                                       []string
	GeneratedOn, TokenExpiry                    time.Time
}

func (w *world) newToken(roleIDs ...string) credentialOut {
	w.Helper()
	body := `{"roles":["` + strings.Join(roleIDs, `","`) + `"]}`
	return read[credentialOut](w.T, w.admin(200, "POST", "/v2/clientIdSecrets", body))
}

// newRole makes a custom role for resources below the organization.
func (w *world) newRole(name string, actions, resources []string) string {
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

func (w *world) users() []userOut {
	w.Helper()
	return read[struct{ Users []userOut }](w.T, w.admin(200, "GET", "/v2/organizations/users", "")).Users
}

func (w *world) databases(query string) []databaseOut {
	w.Helper()
	return read[[]databaseOut](w.T, w.admin(200, "GET", "/v2/databases"+query, ""))
}

// plantRecords puts records into the state that no endpoint makes.
func plantRecords[T any](w *world, t table[T], records ...T) {
	w.Helper()
	err := w.server.update(context.Background(), func(tx *bolt.Tx) error { return putAll(tx, t, records) })
	if err != nil {
		w.Fatal(err)
	}
}

const (
	roUser     = "d2cfcd63-055c-4a58-b957-8916d4a007a5" // sees users and databases
	roService  = "16a4b1d7-a615-41f8-95ca-52b0280f4d77" // sees neither
	unknownID  = "99999999-9999-4999-8999-999999999999"
	otherToken = "AstraCS:ThisTokenWasNeverMadeHer:0000000000000000000000000000000000000000000000000000000000000000"
)
