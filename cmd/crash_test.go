package cmd_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/sandbox"
)

// A realm is one service with two organizations, and what it does to requests.
type realm struct {
	t       *testing.T
	dir     string
	url     string
	orgs    [2]http.Handler
	admins  [2]string
	mu      sync.Mutex
	refuses func(method, path, token string) int // a status instead of the answer, 0 for the answer
}

func newRealm(t *testing.T) *realm {
	t.Helper()
	r := &realm{t: t, dir: t.TempDir()}
	for i, name := range []string{"ours", "theirs"} {
		server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(r.dir, name, "sandbox", "state.db"), Now: time.Now})
		check(t, err)
		check(t, server.Seed(sandbox.SeedOptions{OrgName: name}))
		status, err := server.Status()
		check(t, err)
		r.orgs[i], r.admins[i] = server, status.Token
	}
	listener := httptest.NewServer(r)
	t.Cleanup(listener.Close)
	r.url = listener.URL
	self, err := program()
	check(t, err)
	check(t, os.Symlink(self, filepath.Join(r.dir, "astra")))
	return r
}

// ServeHTTP asks the organization that knows the token.
func (r *realm) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	authorization := request.Header.Get("Authorization")
	if r.refuses != nil {
		r.mu.Lock()
		status := r.refuses(request.Method, request.URL.Path, strings.TrimPrefix(authorization, "Bearer "))
		r.mu.Unlock()
		if status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	probe := httptest.NewRequest(http.MethodGet, "/v2/currentOrg", nil)
	probe.Header.Set("Authorization", authorization)
	answer := httptest.NewRecorder()
	r.orgs[0].ServeHTTP(answer, probe)
	if answer.Code == http.StatusOK {
		r.orgs[0].ServeHTTP(w, request)
		return
	}
	r.orgs[1].ServeHTTP(w, request)
}

// run runs astra with a text on standard input, and returns the status, standard
// output and standard error.
func (r *realm) run(text string, env []string, args ...string) (status int, out, stderr string) {
	r.t.Helper()
	cmd := exec.Command(filepath.Join(r.dir, "astra"), args...)
	cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(text)
	cmd.Env = append([]string{"HOME=" + r.dir, "ASTRA_API_URL=" + r.url, "ASTRA_STORE=file"}, env...)
	var o, e strings.Builder
	cmd.Stdout, cmd.Stderr = &o, &e
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// token makes a token in one of the organizations.
func (r *realm) token(org int, role string) string {
	r.t.Helper()
	status, out, stderr := r.run("", []string{"ASTRA_TOKEN=" + r.admins[org]}, "token", "generate", "--role", role, "--jq", ".token")
	if status != 0 {
		r.t.Fatal(stderr)
	}
	return strings.TrimSpace(out)
}

// live reports whether a token is accepted.
func (r *realm) live(token string) bool {
	r.t.Helper()
	status, _, _ := r.run(token, nil, "token", "verify", "-")
	return status == 0
}

// panics runs the command on a text, and compares what it says.
func (r *realm) panics(text string, env []string, status int, want, says string, flags ...string) {
	r.t.Helper()
	args := append([]string{"token", "panic", "--yes", "--columns", "input,outcome,exit"}, flags...)
	got, out, stderr := r.run(text, env, args...)
	if got != status || out != want || !strings.Contains(stderr, says) {
		r.t.Errorf("status %d, want %d; output\n%swant\n%sand %q in\n%s", got, status, out, want, says, stderr)
	}
	if strings.Contains(out+stderr, "AstraCS") {
		r.t.Errorf("a token is shown:\n%s%s", out, stderr)
	}
}

func TestPanicElsewhere(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*realm, []string) {
		t.Parallel()
		r := newRealm(t)
		return r, []string{"ASTRA_TOKEN=" + r.admins[0]}
	}
	t.Run("a token of another organization goes with itself, if it may", func(t *testing.T) {
		r, env := begin(t)
		strong, weak, ours := r.token(1, "Organization Administrator"), r.token(1, "RO User"), r.token(0, "RO User")
		r.panics(strong+" "+weak+" "+ours, env, 9, "token 1\tok\t0\ntoken 2\tfailed\t5\ntoken 3\tok\t0\n", "log in to its organization")
		if r.live(strong) || !r.live(weak) || r.live(ours) {
			t.Error("the tokens are not as the rows say")
		}
	})
	t.Run("or with the login of a profile", func(t *testing.T) {
		r, env := begin(t)
		weak := r.token(1, "RO User")
		if status, _, stderr := r.run(r.admins[1], nil, "auth", "login", "theirs"); status != 0 {
			t.Fatal(stderr)
		}
		if status, _, stderr := r.run("", nil, "-p", "theirs", "token", "generate", "--role", "RO User", "--save", "kept"); status != 0 {
			t.Fatal(stderr)
		}
		r.panics(weak, env, 0, "token 1\tok\t0\n", "ORGANIZATION  theirs")

		// which is found itself: it is revoked behind those that need it
		weak = r.token(1, "RO User")
		r.panics(r.admins[1]+"\n"+weak, env, 0, "token 1\tok\t0\ntoken 2\tok\t0\n", "the login of profile theirs was revoked")
		if r.live(weak) || r.live(r.admins[1]) {
			t.Error("they are live")
		}
	})
	t.Run("a saved token of another profile is dropped there", func(t *testing.T) {
		r, env := begin(t)
		_, _, _ = r.run(r.admins[1], nil, "auth", "login", "theirs")
		_, _, _ = r.run("", nil, "-p", "theirs", "env", "use", "demo", "--role", "RO User", "--yes")
		_, text, _ := r.run("", nil, "-p", "theirs", "env", "export")
		saved := filepath.Join(r.dir, ".config", "astra", "config.yaml")
		before, err := os.ReadFile(saved)
		check(t, err)
		r.panics(text, env, 0, "token 1\tok\t0\n", ", selected for demo")
		after, err := os.ReadFile(saved)
		check(t, err)
		if !strings.Contains(string(before), "tokens:") || strings.Contains(string(after), "tokens:") {
			t.Errorf("it was saved:\n%s\nand is saved:\n%s", before, after)
		}
	})
}

// TestPanicDoubts has a service that lies, or says nothing.
func TestPanicDoubts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		refuses func(method, path, token string, deleted bool) int
		status  int
		want    string
		says    string
	}{
		{
			"a deletion that did nothing is a failure",
			func(method, _, _ string, _ bool) int {
				return map[string]int{http.MethodDelete: http.StatusNoContent}[method]
			},
			14, "token 1\tfailed\t14\n", "still lists it",
		},
		{
			"what cannot be verified is not known",
			func(_, _, _ string, deleted bool) int {
				return map[bool]int{true: http.StatusBadRequest}[deleted]
			},
			15, "token 1\tunknown\t15\n", "its state is unknown",
		},
		{
			"a listed token that cannot be asked is taken to be live",
			func(_, path, token string, _ bool) int {
				return map[bool]int{true: http.StatusBadRequest}[path == "/v2/currentOrg" && !strings.Contains(token, "admin")]
			},
			0, "token 1\tok\t0\n", "STATE         live",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRealm(t)
			token := r.token(0, "RO User")
			deleted := false
			r.refuses = func(method, path, sent string) int {
				if sent == r.admins[0] {
					sent = "admin"
				}
				status := c.refuses(method, path, sent, deleted)
				deleted = deleted || method == http.MethodDelete
				return status
			}
			r.panics(token, []string{"ASTRA_TOKEN=" + r.admins[0]}, c.status, c.want, c.says)
		})
	}
}
