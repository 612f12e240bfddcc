package devops

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/secret"
)

const testToken = "AstraCS:TestTestTestTestTestTest:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// reply is the response of a script to one request.
type reply func(*http.Request) (*http.Response, error)

func status(code int, body string, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i+1 < len(headers); i += 2 {
			if headers[i] == "Content-Type" {
				h.Del(headers[i])
			}
			h.Add(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	}
}

func failWith(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

var (
	refused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	noHost  = &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}}
	reset   = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

// truncated responds with a part of body and then an error.
func truncated(body string) reply {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := status(200, "")(req)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), brokenBody{}))
		return resp, err
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// script is a transport that responds with one reply after the other and
// records the requests.
type script struct {
	mu      sync.Mutex
	replies []reply
	seen    []string // "METHOD path?query body"
	headers []http.Header
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := req.Method + " " + req.URL.RequestURI()
	if req.Body != nil {
		b, _ := io.ReadAll(req.Body)
		line += " " + string(b)
	}
	s.seen, s.headers = append(s.seen, line), append(s.headers, req.Header)
	if len(s.seen) > len(s.replies) {
		return nil, errors.New("the script is over")
	}
	return s.replies[len(s.seen)-1](req)
}

func newScriptedClient(t *testing.T, replies ...reply) (*Client, *script) {
	t.Helper()
	s := &script{replies: replies}
	return newClient(t, Config{URL: "https://api.example.com", Transport: s, Now: time.Now}), s
}

func newClient(t *testing.T, config Config) *Client {
	t.Helper()
	if config.Token == "" {
		config.Token = secret.Text(testToken)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newServerClient returns a client of a server on this machine, over the real
// transport.
func newServerClient(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, Config{URL: server.URL})
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "api", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNewRefusesATokenThatNoHeaderCarries(t *testing.T) {
	for _, token := range []string{"", "AstraCS:a b", "AstraCS:x\r\nX-Evil: 1", "AstraCS:\u00e9"} {
		_, err := New(Config{Token: secret.Text(token)})
		if !errors.Is(err, ErrUnauthorized) {
			t.Errorf("%q: %v", token, err)
		} else if token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

func TestRequestsCarryWhatTheyMust(t *testing.T) {
	s := &script{replies: []reply{status(200, `{"id":"o"}`), status(204, "")}}
	c := newClient(t, Config{URL: "https://api.example.com/base/v2/", Transport: s, UserAgent: "astra/1"})
	if _, err := c.Orgs.Current(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Users.Invite(t.Context(), "o", "a@example.com", nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET /base/v2/currentOrg",
		`PUT /base/v2/organizations/users {"email":"a@example.com","orgID":"o","roles":[]}`,
	}
	for i, h := range s.headers {
		if s.seen[i] != want[i] {
			t.Errorf("sent %s, want %s", s.seen[i], want[i])
		}
		if h.Get("Authorization") != "Bearer "+testToken || h.Get("User-Agent") != "astra/1" || h.Get("Accept") != "application/json" {
			t.Errorf("headers %v", h)
		}
		if h.Get("Idempotency-Key")+h.Get("X-Idempotency-Key") != "" {
			t.Error("net/http would send the request again by itself")
		}
	}
	if s.headers[0].Get("Content-Type") != "" || s.headers[1].Get("Content-Type") != "application/json" {
		t.Error("Content-Type belongs to bodies")
	}
}

func TestAnIDCannotLeaveItsPlace(t *testing.T) {
	c, s := newScriptedClient(t, status(204, ""))
	for _, id := range []string{"", ".", ".."} {
		if err := c.Tokens.Delete(t.Context(), id); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if err := c.Tokens.Delete(t.Context(), "../a?b#c"); err != nil {
		t.Fatal(err)
	}
	if len(s.seen) != 1 || s.seen[0] != "DELETE /v2/clientIdSecrets/..%2Fa%3Fb%23c" {
		t.Errorf("sent %q", s.seen)
	}
}

func TestBeforeStopsAChangeUnsent(t *testing.T) {
	stop := errors.New("stop")
	var asked []Request
	s := &script{replies: []reply{status(200, `{"id":"o"}`)}}
	c := newClient(t, Config{URL: "https://api.example.com", Transport: s, Before: func(r Request) error {
		asked = append(asked, r)
		return stop
	}})
	if _, err := c.Orgs.Current(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.Roles.Delete(t.Context(), "r"); err != stop { //nolint:errorlint // returned unchanged
		t.Errorf("got %v", err)
	}
	if len(s.seen) != 1 || len(asked) != 1 || asked[0].Method != http.MethodDelete || asked[0].Path != "/v2/organizations/roles/r" || asked[0].Permission != "org-role-delete" {
		t.Errorf("sent %q, asked %+v", s.seen, asked)
	}
}
