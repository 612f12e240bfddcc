package applytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// rival is a change of another client to the object of a step.
type rival struct {
	name   string
	input  string // of the step, as its row has it
	also   string // that of another step that it prevents
	change func(*organization)
}

// put adds an object to a list, or replaces the one with its key.
func put[T any](list *[]T, key func(T) string, object T) {
	*list = append(slices.DeleteFunc(slices.Clone(*list), func(o T) bool { return key(o) == key(object) }), object)
}

// rivals returns changes of the objects of the steps of everything. To repeat one changes
// nothing.
func (s *service) rivals() []rival {
	roleKey, userKey, addressKey := func(r role) string { return r.ID }, func(u user) string { return u.ID }, func(a address) string { return a.Address }
	changed := s.small()
	for i := range changed.Roles {
		changed.Roles[i].Policy.Actions = []string{"db-graphql"}
	}
	reader, writer, renamed, added := changed.Roles[0], changed.Roles[1], s.small().Roles[0], changed.Roles[0]
	renamed.Name, added.ID, added.Name = "Renamed", uuid(50), "New"
	theirs := func(network string) func(*organization) {
		return func(o *organization) { put(&o.AccessLists[0].Addresses, addressKey, address{network, "theirs", true}) }
	}
	return []rival{
		{"role", "role Reader", "", func(o *organization) { put(&o.Roles, roleKey, reader) }},
		{"name of a role", "role Reader", "", func(o *organization) { put(&o.Roles, roleKey, renamed) }},
		{"role gone", "role Reader", "user ada@acme.example", func(o *organization) {
			o.Roles = slices.DeleteFunc(o.Roles, func(r role) bool { return r.ID == reader.ID })
		}},
		{"role to be deleted", "role Writer", "", func(o *organization) { put(&o.Roles, roleKey, writer) }},
		{"new role", "role New", "", func(o *organization) { put(&o.Roles, roleKey, added) }},
		{"user", "user ada@acme.example", "", func(o *organization) {
			put(&o.Users, userKey, user{uuid(101), "ada@acme.example", "active", s.admin.Roles})
		}},
		{"user to be removed", "user bob@acme.example", "", func(o *organization) {
			put(&o.Users, userKey, user{uuid(102), "bob@acme.example", "active", s.admin.Roles})
		}},
		{"new user", "user new@acme.example", "", func(o *organization) {
			put(&o.Users, userKey, user{uuid(103), "new@acme.example", "active", s.admin.Roles})
		}},
		{"address", "access list demo 203.0.1.0/24", "", theirs("203.0.1.0/24")},
		{"address to be removed", "access list demo 203.0.2.0/24", "", theirs("203.0.2.0/24")},
		{"new address", "access list demo 203.0.9.0/24", "", theirs("203.0.9.0/24")},
		{"address of the API", "access list DevOps API 203.0.1.0/24", "", func(o *organization) {
			put(&o.APIAccess, addressKey, address{"203.0.1.0/24", "theirs", true})
		}},
	}
}

// everything is a file that changes one of each thing of the small state.
func (s *service) everything() string {
	return s.write("everything.yaml", fmt.Sprintf(`version: 1
organization: {id: %s}
manage: {tokens: all}
roles:
  - {name: New, permissions: [db-rest], in: all}
  - {name: Reader, permissions: [db-cql, db-table-select], in: [{database: demo}]}
users:
  - {email: new@acme.example, roles: [New]}
  - {email: ada@acme.example, roles: [RO User]}
tokens:
  - {description: sandbox administrator, roles: [Organization Administrator]}
access-lists:
  - {database: demo, addresses: [{address: 203.0.1.0/24, description: ours}, {address: 203.0.9.0/24, description: ours}]}
  - {devops-api: true, addresses: [{address: 203.0.1.0/24, description: ours}, {address: 203.0.2.0/24}]}
removed: {users: [bob@acme.example], roles: [Writer]}
`, s.orgID))
}

// row is a row of the output of apply.
type row struct {
	Input, Outcome, Error string
	Exit                  int
}

// TestRaceInTheMiddle changes an object of a plan by another client, before the plan is
// applied and after each of its steps. A plan whose basis was changed sends nothing; later
// the step of that object fails, and no change is overwritten. The full rig does so after
// every step.
func TestRaceInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newService(t)
	races := 0
	for _, r := range s.rivals() {
		s.load(s.small())
		d, path := s.plan(s.everything())
		isNew := slices.Contains([]string{"new role", "new user"}, r.name) // in no basis
		own, stride := len(d.Steps), rounds(1, 3, 20)
		for number := 0; number <= own && number < len(d.Steps); number++ {
			if number > 1 && number < own && number%stride > 0 {
				continue
			}
			s.load(s.small())
			if number == 0 {
				s.race(r)
			}
			s.after = func(*http.Request) {
				if s.writes == number {
					s.race(r)
				}
			}
			out, words, status := s.run(allowing("org", "apply", path, "-o", "json")...)
			s.after = nil
			if number == 0 && !isNew {
				races++
				if status != 7 || s.writes > 0 {
					t.Errorf("%s before the plan is applied: status %d, %d requests\n%s", r.name, status, s.writes, words)
				}
				s.checkRace(r)
				continue
			}
			var rows []row
			testkit.Check(t, json.Unmarshal([]byte(out), &rows))
			own = slices.IndexFunc(rows, func(o row) bool { return o.Input == r.input })
			if own < 0 {
				t.Fatalf("no row is %q:\n%s", r.input, out)
			}
			if own < number {
				break // it was done before
			}
			races++
			s.checkRace(r)
			if isDone := rows[own].Outcome == "ok" || rows[own].Outcome == "unchanged"; isDone || rows[own].Exit != 7 || status != 9 {
				t.Errorf("%s after step %d: status %d, %+v\n%s", r.name, number, status, rows[own], words)
			}
			done := 0
			for i, o := range rows {
				switch {
				case o.Outcome == "ok":
					done++
				case i != own && o.Outcome != "not started" && o.Input != r.also:
					t.Errorf("%s after step %d: also %+v", r.name, number, o)
				}
			}
			if done != s.writes {
				t.Errorf("%s after step %d: %d requests, %d of them done", r.name, number, s.writes, done)
			}
		}
	}
	t.Logf("%d races", races)
	if races < 25 {
		t.Errorf("only %d races", races)
	}
}

// race makes the change of another client.
func (s *service) race(r rival) {
	s.t.Helper()
	now := s.look()
	r.change(&now)
	s.load(now)
}

// checkRace checks that the change of another client is as it made it.
func (s *service) checkRace(r rival) {
	s.t.Helper()
	now := s.look()
	got := now.withoutIDs(s)
	r.change(&now)
	if want := now.withoutIDs(s); got != want {
		s.t.Errorf("%s was overwritten (-want +got):\n%s", r.name, cmp.Diff(want, got))
	}
}
