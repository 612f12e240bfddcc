package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// names returns a state without IDs: roles and users by name, and the access lists.
func names(s State) string {
	roles, users := map[string]any{}, map[string]any{}
	for _, r := range s.Roles {
		roles[r.Name] = []any{slices.Sorted(slices.Values(r.Permissions)), slices.Sorted(slices.Values(r.Resources))}
	}
	for _, u := range s.Users {
		held := map[string]bool{}
		for _, id := range u.Roles {
			r, _ := s.role(id)
			held[r.Name] = true
		}
		users[u.Email] = slices.Sorted(maps.Keys(held))
	}
	lists := slices.Clone(s.AccessLists)
	for i, l := range lists {
		lists[i].Addresses = slices.Clone(l.Addresses)
		for k, a := range l.Addresses {
			on := a.admits()
			lists[i].Addresses[k].Enabled = &on
		}
		slices.SortFunc(lists[i].Addresses, func(a, b Address) int { return len(a.Address) - len(b.Address) })
	}
	text, err := json.MarshalIndent([]any{roles, users, lists}, "", " ")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestUndoOfRandomSteps undoes random steps: roles and users are as they were before.
func TestUndoOfRandomSteps(t *testing.T) {
	tried := 0
	for seed := range uint64(rounds(4000)) {
		state, steps := draw(rand.New(rand.NewPCG(seed, 3)))
		if slices.ContainsFunc(state.Users, func(u StateUser) bool { return len(u.Roles) == 0 }) ||
			slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == TokenStep }) {
			continue
		}
		tried++
		for i, s := range Order(state, steps) {
			if got := Compare(state, s); got == Changed || got == Done && names(Apply(state, []Step{s})) != names(state) {
				t.Fatalf("seed %d: step %d is %d before it", seed, i+1, got)
			}
			if got := Compare(Apply(state, []Step{s}), s); got != Done {
				t.Fatalf("seed %d: step %d is %d after it", seed, i+1, got)
			}
		}
		after := Apply(state, Order(state, steps))
		inverse, left := Undo(after, Order(state, steps))
		if got := Apply(after, Order(after, inverse)); names(got) != names(state) {
			t.Fatalf("seed %d: %v\ngot  %s\nwant %s", seed, left, strings.ReplaceAll(names(got), "\n", ""), strings.ReplaceAll(names(state), "\n", ""))
		}
		for _, l := range left {
			if l.Kind != TokenStep {
				t.Fatalf("seed %d: left %v", seed, l)
			}
		}
		if again, left := Undo(state, Order(state, steps)); len(again)+len(left) > 0 {
			t.Fatalf("seed %d: %d steps undo what is not there, %v is left", seed, len(again), left)
		}
		back := Order(after, inverse)
		part := Apply(after, back[:len(back)/2]) // an undo that was interrupted
		rest, left := Undo(part, Order(state, steps))
		if got := Apply(part, Order(part, rest)); names(got) != names(state) {
			t.Fatalf("seed %d: after an interrupted undo: %v\ngot  %s\nwant %s", seed, left, names(got), names(state))
		}
	}
	if tried < 20 && !raced {
		t.Errorf("only %d worlds", tried)
	}
}

// TestUndoLeaves shows what is left as it is.
func TestUndoLeaves(t *testing.T) {
	with := func(change func(*State), done ...Step) func() (State, []Step) {
		return func() (State, []Step) {
			s := Apply(company(), done)
			if change != nil {
				change(&s)
			}
			return s, done
		}
	}
	for _, test := range []struct {
		name  string
		world func() (State, []Step)
		steps []string
		left  []string
	}{
		{"a token", with(nil, revokeToken("t1")), nil, []string{"token t1: a revoked token stays revoked; generate a new one"}},
		{"a role", with(nil, updateRole("r1", "db-cql")), []string{"role update role r1 yes"}, nil},
		{"a role that was changed", with(func(s *State) { s.Roles[1].Permissions = nil }, updateRole("r1", "db-cql")), nil, []string{"role role r1: changed since the run"}},
		{"a role that was deleted", with(func(s *State) { s.Roles = s.Roles[:1] }, updateRole("r1", "db-cql")), nil, []string{"role role r1: deleted since the run"}},
		{
			"a deleted role", with(nil, setRoles("u1", "r2"), deleteRole("r1")),
			[]string{"role create role r1 yes", "user update u1@acme.example yes"},
			[]string{"token job 1: does not get role r1 back: the roles of a token cannot be changed"},
		},
		{
			"a deleted role that a user has", with(nil, revokeToken("t1"), deleteRole("r1")),
			[]string{"role create role r1 yes", "user update u1@acme.example yes"},
			[]string{"token t1: a revoked token stays revoked; generate a new one"},
		},
		{"a deleted role whose name is taken", with(func(s *State) { s.Roles[2].Name = "role spare" }, deleteRole("spare")), nil, []string{"role role spare: another role has its name now"}},
		{"a new role", with(nil, createRole("R", "db-cql")), []string{"role delete R partly"}, nil},
		{"a removed user", with(nil, removeUser("u1")), []string{"user invite u1@acme.example yes"}, nil},
		{
			"a user who is there again", with(func(s *State) { s.Users = append(s.Users, StateUser{ID: "n", Email: "U1@acme.example"}) }, removeUser("u1")), nil,
			[]string{"user u1@acme.example: a member again since the run"},
		},
		{"an invited user", with(nil, invite("new@acme.example", "r1")), []string{"user remove new@acme.example partly"}, nil},
		{
			"an invited user with more roles", with(func(s *State) { s.Users[len(s.Users)-1].Roles = []string{"r1", "r2"} }, invite("new@acme.example", "r1")), nil,
			[]string{"user new@acme.example: changed since the run"},
		},
		{"a user without a role before", with(nil, setRoles("idle", "r1")), nil, []string{"user idle@acme.example: had no role that exists now"}},
		{"an access list", with(nil, addAddress("d1", "192.0.2.9"), switchList("d1", true)), []string{"access-list disable  yes", "access-list remove  yes"}, nil},
		{
			"an address that was changed", with(func(s *State) { s.AccessLists[1].Addresses[1].Description = "x" }, addAddress("d1", "192.0.2.9")), nil,
			[]string{"access-list : changed since the run"},
		},
		{"a removed address", with(nil, removeAddress("", "203.0.113.0/24")), []string{"access-list add  yes"}, nil},
	} {
		state, done := test.world()
		steps, left := Undo(state, done)
		var gotSteps, gotLeft []string
		for _, s := range steps {
			gotSteps = append(gotSteps, fmt.Sprintf("%s %s %s %s", s.Kind, s.Action, s.Name, s.Undo))
		}
		for _, l := range left {
			gotLeft = append(gotLeft, l.String())
		}
		if !slices.Equal(gotSteps, test.steps) || !slices.Equal(gotLeft, test.left) {
			t.Errorf("%s:\ngot  %q %q\nwant %q %q", test.name, gotSteps, gotLeft, test.steps, test.left)
		}
	}
}
