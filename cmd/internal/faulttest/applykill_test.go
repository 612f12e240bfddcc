//go:build linux

package faulttest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// applyTrial is an account with an access file that takes a step of each kind.
type applyTrial struct {
	*account
	writes      atomic.Int64 // requests that change something
	invitations atomic.Int64 // those of them that invited a person
	before      string       // the organization as a file
	atRole      func()       // called when a role is created
	late        atomic.Int64 // lists of users that do not show the last invitation
}

const plannedFile = `version: 1
organization: {id: %s}
roles:
  - {name: New, permissions: [db-rest], in: all}
  - {name: Changed, permissions: [db-cql, db-rest], in: all}
users:
  - {email: ada@example.com, roles: [New]}
  - {email: viewer@example.com, roles: [Changed]}
tokens:
  - {description: sandbox administrator, roles: [Organization Administrator]}
access-lists:
  - {database: demo, addresses: [{address: 203.0.113.0/24, description: office}]}
removed: {users: [developer@example.com], roles: [Old]}
`

// newApplyTrial serves an organization behind a gateway that counts invitations.
func newApplyTrial(t *testing.T, program string, args ...string) *applyTrial {
	t.Helper()
	s := newStation(t, program, args...)
	p := &applyTrial{}
	service, err := url.Parse(s.url)
	testkit.Check(t, err)
	proxy := httputil.NewSingleHostReverseProxy(service)
	var earlier *httptest.ResponseRecorder // the list of users before the last invitation
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			p.writes.Add(1)
		}
		if r.Method == http.MethodPut && r.URL.Path == "/v2/organizations/users" {
			p.invitations.Add(1)
			list := r.Clone(r.Context())
			list.Method, list.Body, list.ContentLength = http.MethodGet, http.NoBody, 0
			earlier = httptest.NewRecorder()
			proxy.ServeHTTP(earlier, list)
		}
		if r.Method == http.MethodGet && r.URL.Path == "/v2/organizations/users" && earlier != nil && p.late.Add(-1) >= 0 {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(earlier.Body.Bytes())
			return
		}
		if r.Method == http.MethodPost && r.URL.Path == "/v2/organizations/roles" && p.atRole != nil {
			p.atRole()
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(gateway.Close)
	s.url = gateway.URL
	p.account = s.account()
	p.must("role", "create", "Changed", "--permission", "db-cql", "--all-databases")
	p.must("role", "create", "Old", "--permission", "db-graphql", "--all-databases")
	p.must("access-list", "add", "198.51.100.7", "--db", "demo")
	org := strings.TrimSpace(p.must("org", "get", "--jq", ".id"))
	testkit.Check(t, os.WriteFile(filepath.Join(p.path, "access.yaml"), fmt.Appendf(nil, plannedFile, org), 0o600))
	p.before = p.export()
	return p
}

// export returns the organization as a file.
func (p *applyTrial) export() string {
	p.t.Helper()
	return p.must("org", "export", "--sections", "roles,users,access-lists")
}

// places counts the places of a command, which it runs.
func (p *applyTrial) places(args ...string) int {
	p.t.Helper()
	log := filepath.Join(p.path, "places-of-"+args[1])
	cmd, _, stderr := p.command(args...)
	cmd.Env = append(cmd.Env, "ASTRA_FAILPOINT_LOG="+log)
	if err := cmd.Run(); err != nil {
		p.t.Fatalf("%v: %v\n%s", args, err, stderr)
	}
	text, err := os.ReadFile(log)
	testkit.Check(p.t, err)
	return strings.Count(string(text), "\n")
}

// kill kills a command at a place.
func (p *applyTrial) kill(place int, args ...string) {
	p.t.Helper()
	cmd, _, stderr := p.command(args...)
	cmd.Env = append(cmd.Env, "ASTRA_FAILPOINT="+strconv.Itoa(place))
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() > 0 {
		p.t.Errorf("%v, to be killed at %d: %v\n%s", args, place, err, stderr)
	}
}

// TestApplyKilled kills "org apply" at each of its places, and then "org undo". The next
// run does the rest: no step is done twice, and no invitation is sent twice. In short, it
// does so at a part of the places.
func TestApplyKilled(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	stride := 6
	switch {
	case fullRig():
		stride = 1
	case !testkit.InCI():
		stride = 18
	}
	apply, undo := []string{"org", "apply", "-f", "access.yaml", "--yes"}, []string{"org", "undo", "--yes"}
	learned := newApplyTrial(t, program)
	toApply, toUndo := learned.places(apply...), learned.places(undo...)
	t.Logf("%d and %d places", toApply, toUndo)
	for place := 1; place <= toApply; place += stride {
		t.Run(fmt.Sprint("apply ", place), func(t *testing.T) {
			t.Parallel()
			p := newApplyTrial(t, program)
			p.kill(place, apply...)
			p.must(apply...)
			if rest := p.must("org", "plan", "-f", "access.yaml", "--jq", ".steps[]"); rest != "" {
				t.Errorf("these steps are left: %s", rest)
			}
			if n := p.invitations.Load(); n != 1 {
				t.Errorf("%d invitations", n)
			}
		})
	}
	for place := 1; place <= toUndo; place += stride {
		t.Run(fmt.Sprint("undo ", place), func(t *testing.T) {
			t.Parallel()
			p := newApplyTrial(t, program)
			p.must(apply...)
			p.kill(place, undo...)
			if _, stderr, status := p.run(undo...); status != 0 && status != 6 { // 6 if all was done
				t.Errorf("undone again: status %d\n%s", status, stderr)
			}
			if after := p.export(); after != p.before {
				t.Errorf("undone again:\ngot  %s\nwant %s", after, p.before)
			}
			if n := p.invitations.Load(); n != 2 { // one was withdrawn, and one is for the removed user
				t.Errorf("%d invitations", n)
			}
		})
	}
}

// TestApplyBesideAnother changes objects of a plan while it is applied: these steps fail, the
// others are done, and no change of the other client is overwritten.
func TestApplyBesideAnother(t *testing.T) {
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	p := newApplyTrial(t, program)
	other := p.station.account()
	var refused string
	var status int
	p.atRole = func() {
		_, refused, status = p.run("org", "apply", "-f", "access.yaml", "--yes")
		other.must("user", "update", "viewer@example.com", "--role", "RO User", "--yes")
		other.must("role", "update", "Old", "--add-permission", "db-rest", "--yes")
		other.must("access-list", "remove", "198.51.100.7/32", "--db", "demo", "--yes")
	}
	out, stderr, ended := p.run("org", "apply", "-f", "access.yaml", "--yes", "--jq", ".[] | [.input, .action, .outcome, .exit] | @tsv")
	if ended != 9 {
		t.Errorf("status %d\n%s%s", ended, out, stderr)
	}
	if status != 7 || !regexp.MustCompile(`another astra process applies a plan to this organization \(process \d+\)`).MatchString(refused) {
		t.Errorf("a second one at the same time: status %d\n%s", status, refused)
	}
	for _, want := range []string{
		"user viewer@example.com\tupdate\tfailed\t7", "role Old\tdelete\tfailed\t7", "access list demo 198.51.100.7/32\tremove\tunchanged\t0",
		"user ada@example.com\tinvite\tok\t0", "role New\tcreate\tok\t0",
	} {
		if !strings.Contains(out, want+"\n") {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if got := p.must("user", "get", "viewer@example.com", "--jq", "[.roles[].name]"); strings.TrimSpace(got) != `["RO User"]` {
		t.Errorf("the roles of the other client were overwritten: %s", got)
	}
}

// TestApplyInterrupted interrupts "org apply" while a step is on its way: that step ends, and
// no other one begins.
func TestApplyInterrupted(t *testing.T) {
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	p := newApplyTrial(t, program)
	apply := []string{"org", "apply", "-f", "access.yaml", "--yes", "-o", "tsv", "--columns", "input,outcome,exit"}
	cmd, out, stderr := p.command(apply...)
	p.atRole = sync.OnceFunc(func() { _ = cmd.Process.Signal(os.Interrupt) })
	_ = cmd.Run()
	if status := cmd.ProcessState.ExitCode(); status != 130 {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	if !strings.Contains(out.String(), "role New\tok\t0\n") || !strings.HasSuffix(out.String(), "\tnot started\t130\n") {
		t.Errorf("the rows:\n%s", out)
	}
	if got := p.must("org", "runs", "--jq", ".[].state"); got != "interrupted\n" {
		t.Errorf("the run is %s", got)
	}
	p.must(apply...)
	if n := p.invitations.Load(); n != 1 {
		t.Errorf("%d invitations", n)
	}
	p.must("org", "undo", "--yes") // the second run
	p.must("org", "undo", "--yes") // the interrupted one
	if after := p.export(); after != p.before {
		t.Errorf("undone:\ngot  %s\nwant %s", after, p.before)
	}
}

// plannedSteps returns the number of steps of the plan.
func plannedSteps(p *applyTrial) string {
	out, _, _ := p.run("org", "plan", "-f", "access.yaml", "--jq", ".steps | length")
	return out
}

// TestApplyAtPace applies a plan at services that limit the rate, that are slow, and that do
// not tell the descriptions of tokens.
func TestApplyAtPace(t *testing.T) {
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	for _, args := range [][]string{{"--rate-limit", "5"}, {"--latency", "30ms"}, {"--published-tokens"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			p := newApplyTrial(t, program, args...)
			if args[0] == "--published-tokens" {
				path := filepath.Join(p.path, "access.yaml")
				text, err := os.ReadFile(path)
				testkit.Check(t, err)
				own := strings.Split(p.admin, ":")[1]
				testkit.Check(t, os.WriteFile(path, []byte(strings.Replace(string(text), "description: sandbox administrator", "client-id: "+own, 1)), 0o600))
			}
			steps := strings.TrimSpace(plannedSteps(p))
			p.writes.Store(0)
			p.must("org", "apply", "-f", "access.yaml", "--yes")
			if n := p.writes.Load(); args[0] == "--latency" && fmt.Sprint(n) != steps {
				t.Errorf("%d requests change something in %s steps", n, steps)
			}
			if rest := p.must("org", "plan", "-f", "access.yaml", "--jq", ".steps[]"); rest != "" {
				t.Errorf("these steps are left: %s", rest)
			}
			p.must("org", "undo", "--yes")
			if after := p.export(); after != p.before {
				t.Errorf("undone:\ngot  %s\nwant %s", after, p.before)
			}
		})
	}
}

// TestApplyListedLate invites a person at a service whose list shows that late: the invitation
// is not sent twice, its step is not lost, and it can be undone.
func TestApplyListedLate(t *testing.T) {
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	p := newApplyTrial(t, program)
	org := strings.TrimSpace(p.must("org", "get", "--jq", ".id"))
	invite := func(name string) []string {
		testkit.Check(t, os.WriteFile(filepath.Join(p.path, name+".yaml"), fmt.Appendf(nil, "version: 1\norganization: {id: %s}\nusers: [{email: %s@example.com, roles: [RO User]}]\n", org, name), 0o600))
		return []string{"org", "apply", "-f", name + ".yaml", "--yes", "--jq", ".[] | [.outcome, .exit] | @tsv"}
	}
	check := func(args []string, wantStatus int, want string) {
		t.Helper()
		out, stderr, status := p.run(args...)
		if status != wantStatus || !strings.Contains(out+stderr, want) {
			t.Errorf("%v: status %d instead of %d, and %q is expected:\n%s%s", args, status, wantStatus, want, out, stderr)
		}
	}
	p.late.Store(3)
	check(invite("bea"), 0, "ok\t0\n")

	const never = 1000
	p.late.Store(never)
	ada := invite("ada")
	check(ada, 15, "unknown\t15\n")
	p.invitations.Store(0)
	p.late.Store(never)
	check(ada, 15, "has invited this address, and the service does not show it yet; nothing was sent")
	if n := p.invitations.Load(); n != 0 {
		t.Errorf("%d more invitations", n)
	}
	run := strings.Fields(p.must("org", "runs", "--jq", ".[1].run"))[0]
	check([]string{"org", "undo", run, "--yes"}, 7, "user ada@example.com: its outcome is unknown, and the service does not show the change yet")

	p.late.Store(0)
	check([]string{"org", "undo", run, "--yes"}, 0, "1 step done")
	check(ada, 0, "ok\t0\n") // a removed person is invited again
}
