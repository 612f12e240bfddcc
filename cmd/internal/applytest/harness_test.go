// Package applytest applies and undoes plans on the emulator, in this process: thousands of
// random organizations, and each moment between two requests.
package applytest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// rounds returns a number of random worlds: all of them in the full rig, more in CI than
// elsewhere.
func rounds(all, inCI, elsewhere int) int {
	switch {
	case os.Getenv("ASTRA_RIG") == "full":
		return all
	case raced:
		return max(1, elsewhere/4)
	case testkit.InCI() && !testing.Short():
		return inCI
	}
	return elsewhere
}

// organization is the part of the state of the emulator that access files describe, as in
// a dump.
type organization struct {
	Users       []user
	Roles       []role // custom roles
	Tokens      []token
	AccessLists []accessList
	APIAccess   []address
}

type user struct {
	ID     string   `json:"id"`
	Email  string   `json:"email"`
	Status string   `json:"status"`
	Roles  []string `json:"roles"`
}

type role struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Policy policy `json:"policy"`
}

type policy struct {
	Description string   `json:"description"`
	Resources   []string `json:"resources"`
	Actions     []string `json:"actions"`
	Effect      string   `json:"effect"`
}

type token struct {
	ClientID    string    `json:"clientId"`
	Roles       []string  `json:"roles"`
	Hash        string    `json:"hash"`
	Description string    `json:"description"`
	Created     time.Time `json:"created"`
	Enterprise  bool      `json:"enterprise,omitempty"`
}

type accessList struct {
	Database  string    `json:"database"`
	Enabled   bool      `json:"enabled"`
	Addresses []address `json:"addresses"`
}

type address struct {
	Address     string `json:"address"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
}

// service is the emulator with the program that changes it.
type service struct {
	t      testing.TB
	dir    string
	server *sandbox.Server
	rest   map[string]json.RawMessage // the dump of a new emulator
	orgID  string
	admin  token
	dbs    []plan.StateDatabase

	after  func(*http.Request) // called after each request that changes something
	reads  atomic.Int64        // requests of the last command
	writes int                 // and those that change something
	wave   time.Duration       // that each request takes
	now    func() time.Time    // the clock of the program, if it has another one
}

func newService(t testing.TB) *service {
	t.Helper()
	s := &service{t: t, dir: t.TempDir()}
	var err error
	s.server, err = sandbox.Open(sandbox.Options{Path: filepath.Join(s.dir, "state", "sandbox", "state.db"), Now: time.Now})
	testkit.Check(t, err)
	testkit.Check(t, json.Unmarshal(s.dump(), &s.rest))
	var start struct {
		Meta      struct{ OrgID string }
		Tokens    []token
		Databases []map[string]any
	}
	testkit.Check(t, json.Unmarshal(s.dump(), &start))
	s.orgID, s.admin = start.Meta.OrgID, start.Tokens[0]
	archive := maps.Clone(start.Databases[0])
	archive["id"], archive["name"] = uuid(7000), "archive"
	for _, d := range append(start.Databases[:1], archive) {
		s.dbs = append(s.dbs, plan.StateDatabase{ID: d["id"].(string), Name: d["name"].(string)})
	}
	for section, value := range map[string]any{"databases": []any{start.Databases[0], archive}, "cdc": []any{}, "exports": []any{}, "streamingTenants": []any{}} {
		s.rest[section], err = json.Marshal(value)
		testkit.Check(t, err)
	}
	return s
}

func (s *service) dump() []byte {
	s.t.Helper()
	var text bytes.Buffer
	testkit.Check(s.t, s.server.Dump(&text))
	return text.Bytes()
}

// load brings the emulator to a state.
func (s *service) load(o organization) {
	s.t.Helper()
	d := maps.Clone(s.rest)
	for section, value := range map[string]any{
		"users": o.Users, "roles": o.Roles, "tokens": o.Tokens, "accessLists": o.AccessLists, "apiAccess": o.APIAccess,
	} {
		text, err := json.Marshal(value)
		testkit.Check(s.t, err)
		d[section] = text
	}
	text, err := json.Marshal(d)
	testkit.Check(s.t, err)
	testkit.Check(s.t, s.server.Load(bytes.NewReader(text)))
}

// look returns the state of the emulator.
func (s *service) look() organization {
	s.t.Helper()
	var o organization
	testkit.Check(s.t, json.Unmarshal(s.dump(), &o))
	return o
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// run runs a command.
func (s *service) run(args ...string) (stdout, stderr string, status int) {
	s.t.Helper()
	app := cli.System(testkit.Version)
	env := map[string]string{
		"HOME": s.dir, "ASTRA_STATE_DIR": filepath.Join(s.dir, "state"), "ASTRA_CONFIG_DIR": filepath.Join(s.dir, "config"),
		"ASTRA_CACHE_DIR": filepath.Join(s.dir, "cache"), "ASTRA_STORE": "file", "ASTRA_SANDBOX": "1",
	}
	app.Getenv, app.Home, app.WorkDir = func(name string) string { return env[name] }, s.dir, s.dir
	app.Environ = func() []string { return nil }
	app.Terminal = cli.Terminal{}
	if s.now != nil {
		app.Now = s.now
	}
	var out, words bytes.Buffer
	app.In, app.Out, app.Err = strings.NewReader(""), app.Secrets.Writer(&out), app.Secrets.Writer(&words)
	s.reads.Store(0)
	s.writes = 0
	app.Wire = func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			time.Sleep(s.wave)
			if r.Method == http.MethodGet {
				s.reads.Add(1)
				return next.RoundTrip(r)
			}
			s.writes++
			answer, err := next.RoundTrip(r)
			if s.after != nil {
				s.after(r)
			}
			return answer, err
		})
	}
	status = cmd.Main(s.t.Context(), app, args)
	return out.String(), words.String(), status
}

// must runs a command that succeeds and returns its standard output.
func (s *service) must(args ...string) string {
	s.t.Helper()
	out, words, status := s.run(args...)
	if status != 0 {
		s.t.Fatalf("astra %s: status %d\n%s%s", strings.Join(args, " "), status, out, words)
	}
	return out
}

// export returns the organization as a file.
func (s *service) export() string {
	s.t.Helper()
	return s.must("org", "export")
}

// write writes a file and returns its path.
func (s *service) write(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	testkit.Check(s.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// plan returns the plan of a file, and the path of it.
func (s *service) plan(file string) (plan.Document, string) {
	s.t.Helper()
	path := filepath.Join(s.dir, "plan.json")
	if out, words, status := s.run("org", "plan", "-f", file, "--out", path, "--force"); !slices.Contains([]int{0, 10, 19}, status) {
		s.t.Fatalf("plan: status %d\n%s%s", status, out, words)
	}
	text, err := os.ReadFile(path)
	testkit.Check(s.t, err)
	d, err := plan.DecodeDocument(text)
	testkit.Check(s.t, err)
	return d, path
}

// allowing are the flags by which every plan is applied.
func allowing(args ...string) []string {
	for _, word := range plan.AllowableFuses() {
		args = append(args, "--allow", word)
	}
	return append(args, "--yes", "--confirm", "Sandbox Org")
}

// allOf returns an exported file that decides about everything.
func allOf(file string) string {
	return strings.NewReplacer("  roles: listed", "  roles: all", "  users: listed", "  users: all", "  tokens: watch", "  tokens: all").Replace(file)
}

// withoutIDs returns the state as a text, without what a new object cannot share with an
// old one.
func (o organization) withoutIDs(s *service) string {
	names := map[string]string{}
	for _, r := range iam.DefaultRoles() {
		names[r.ID] = r.Name
	}
	for _, r := range o.Roles {
		names[r.ID] = r.Name
	}
	name := func(ids []string) []string {
		all := []string{}
		for _, id := range ids {
			all = append(all, names[id])
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	sorted := func(all []string) []string { return slices.Compact(slices.Sorted(slices.Values(all))) }
	text := map[string]any{}
	for _, u := range o.Users {
		text["user "+u.Email] = name(u.Roles)
	}
	for _, r := range o.Roles {
		text["role "+r.Name] = policy{r.Policy.Description, sorted(r.Policy.Resources), sorted(r.Policy.Actions), r.Policy.Effect}
	}
	for _, k := range o.Tokens {
		text["token "+k.ClientID] = name(k.Roles)
	}
	byAddress := func(a, b address) int { return strings.Compare(a.Address, b.Address) }
	for _, l := range o.AccessLists {
		text["list "+l.Database] = []any{l.Enabled, slices.SortedFunc(slices.Values(l.Addresses), byAddress)}
	}
	text["list"] = slices.SortedFunc(slices.Values(o.APIAccess), byAddress)
	all, err := json.MarshalIndent(text, "", " ")
	testkit.Check(s.t, err)
	return string(all)
}
