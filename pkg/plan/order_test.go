package plan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
)

const testOrg = "8e7a2564-5105-4b65-9a3c-1d7bc2fba6f1"

// rounds returns a number of random worlds: all of them in CI, and some elsewhere.
func rounds(all int) int {
	switch {
	case raced:
		return all / 40
	case os.Getenv("CI") == "true":
		return all
	default:
		return all / 10
	}
}

// draw returns a random organization, and steps that lead to another one.
func draw(r *rand.Rand) (State, []Step) {
	state := State{Organization: Organization{ID: testOrg}, Users: []StateUser{}, Tokens: []StateToken{}}
	var ids []string
	for i := range 2 + r.IntN(4) {
		id := fmt.Sprintf("r%d", i)
		ids = append(ids, id)
		state.Roles = append(state.Roles, drawRole(r, id))
	}
	for i := range 1 + r.IntN(5) {
		state.Users = append(state.Users, StateUser{ID: fmt.Sprintf("u%d", i), Email: fmt.Sprintf("u%d@acme.example", i), Roles: pick(r, ids)})
	}
	for i := range r.IntN(3) {
		state.Tokens = append(state.Tokens, StateToken{ClientID: fmt.Sprintf("t%d", i), Roles: pick(r, ids)})
	}
	if len(state.Tokens) > 0 && r.IntN(2) == 0 {
		state.Login = Login{ClientID: "t0", Roles: state.Tokens[0].Roles}
	}
	var steps []Step
	lasting, gone := []string{}, []string{}
	for i, role := range state.Roles {
		switch before := role; r.IntN(4) {
		case 0:
			gone = append(gone, role.ID)
		case 1, 2:
			after := drawRole(r, role.ID)
			if r.IntN(3) > 0 {
				after.Name = role.Name
			}
			steps = append(steps, Step{Kind: RoleStep, Action: Update, ID: role.ID, RoleBefore: &state.Roles[i], RoleAfter: &after})
			fallthrough
		default:
			lasting = append(lasting, before.ID)
		}
	}
	for i := range r.IntN(3) {
		role := drawRole(r, "")
		role.Name = fmt.Sprintf("new%d", i)
		lasting = append(lasting, CreatedID(role.Name))
		steps = append(steps, Step{Kind: RoleStep, Action: Create, Name: role.Name, RoleAfter: &role})
	}
	for i, u := range state.Users {
		switch after := u; r.IntN(4) {
		case 0:
			steps = append(steps, Step{Kind: UserStep, Action: Remove, ID: u.ID, UserBefore: &state.Users[i]})
		case 1, 2:
			after.Roles = pick(r, lasting)
			steps = append(steps, Step{Kind: UserStep, Action: Update, ID: u.ID, UserBefore: &state.Users[i], UserAfter: &after})
		}
	}
	for i := range r.IntN(2) {
		steps = append(steps, Step{Kind: UserStep, Action: Invite, Name: fmt.Sprintf("i%d", i), UserAfter: &StateUser{Email: fmt.Sprintf("i%d", i), Roles: pick(r, lasting)}})
	}
	for i, token := range state.Tokens {
		if r.IntN(3) == 0 {
			steps = append(steps, Step{Kind: TokenStep, Action: Revoke, ID: token.ClientID, TokenBefore: &state.Tokens[i]})
		}
	}
	for i, role := range state.Roles {
		if slices.Contains(gone, role.ID) {
			steps = append(steps, Step{Kind: RoleStep, Action: Delete, ID: role.ID, RoleBefore: &state.Roles[i]})
		}
	}
	r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	return state, steps
}

func pick(r *rand.Rand, ids []string) []string {
	var some []string
	for _, id := range ids {
		if r.IntN(3) == 0 {
			some = append(some, id)
		}
	}
	return some
}

func drawRole(r *rand.Rand, id string) StateRole {
	role := StateRole{ID: id, Name: "name of " + id}
	for _, p := range []string{"org-user-write", "org-role-write", "db-cql", "db-table-select", "db-table-modify", "db-keyspace-alter", "db-unheard-of"} {
		if r.IntN(5) == 0 {
			role.Permissions = append(role.Permissions, p)
		}
	}
	segment := func(names ...string) string { return names[r.IntN(len(names))] }
	var scopes []iam.Scope
	for range 1 + r.IntN(2) {
		scopes = append(scopes, iam.Scope{Database: segment("*", "d1", "d2"), Keyspace: segment("*", "k1", "system"), Table: segment("*", "t1")})
	}
	role.Resources = iam.Resources(testOrg, scopes, role.Permissions)
	if r.IntN(3) == 0 {
		role.Resources = append(role.Resources[1:], iam.DRN{Org: "*", Database: segment("*", "d1"), Keyspace: segment("*", "k2")}.String())
	}
	return role
}

// sighting is what the observer sees after a step: access that is not within bounds.
type sighting struct {
	step       int
	principal  string
	permission string
	surplus    bool
	at         iam.DRN
}

// observer asks every role about every resource after each step, one by one.
type observer struct {
	roles  map[string][]possession // without a principal
	held   map[string][]string
	policy map[*StateRole][]possession // known answers
}

func watch(state State, policy map[*StateRole][]possession) *observer {
	o := &observer{map[string][]possession{}, map[string][]string{}, policy}
	for i := range state.Roles {
		o.roles[state.Roles[i].ID] = o.ask(&state.Roles[i])
	}
	for _, p := range state.principals() {
		o.held[p.Name] = p.Roles
	}
	return o
}

// ask returns every permission and resource that a role grants.
func (o *observer) ask(r *StateRole) []possession {
	if known, found := o.policy[r]; found {
		return known
	}
	policy := iam.Policy{Effect: iam.Allow, Actions: r.Permissions, Resources: r.Resources}
	all := []possession{}
	for _, permission := range r.Permissions {
		for _, at := range resourcesToWatch() {
			level := iam.Level(permission)
			if (level == 0 || level == at.ResourceLevel()) && policy.Allows(permission, at) {
				all = append(all, possession{permission: permission, at: at})
			}
		}
	}
	o.policy[r] = all
	return all
}

func (o *observer) do(s Step) {
	switch {
	case s.Kind == RoleStep && s.Action == Create:
		o.roles[CreatedID(s.RoleAfter.Name)] = o.ask(s.RoleAfter)
	case s.Kind == RoleStep && s.Action == Update:
		o.roles[s.ID] = o.ask(s.RoleAfter)
	case s.Kind == RoleStep:
		delete(o.roles, s.ID)
	case s.Action == Invite:
		o.held[s.UserAfter.Email] = s.UserAfter.Roles
	case s.Action == Update:
		o.held[s.UserBefore.Email] = s.UserAfter.Roles
	case s.Action == Remove:
		delete(o.held, s.UserBefore.Email)
	case s.Action == Revoke:
		delete(o.held, s.ID)
	}
}

type possession struct {
	principal, permission string
	at                    iam.DRN
}

func (o *observer) see() map[possession]bool {
	seen := map[possession]bool{}
	for name, ids := range o.held {
		for _, id := range ids {
			for _, p := range o.roles[id] {
				p.principal = name
				seen[p] = true
			}
		}
	}
	return seen
}

func resourcesToWatch() []iam.DRN {
	all := []iam.DRN{{Org: testOrg}}
	for _, d := range []string{"d1", "d2", "other"} {
		all = append(all, iam.DRN{Org: testOrg, Database: d})
		for _, k := range []string{"k1", "k2", "system", "system_schema", "system_virtual_schema", "other"} {
			all = append(all, iam.DRN{Org: testOrg, Database: d, Keyspace: k})
			for _, t := range []string{"t1", "other"} {
				all = append(all, iam.DRN{Org: testOrg, Database: d, Keyspace: k, Table: t})
			}
		}
	}
	return all
}

// sightings returns what the observer sees out of bounds while the steps are done.
func sightings(state State, steps []Step) map[sighting]bool {
	answers := map[*StateRole][]possession{}
	last := watch(state, answers)
	for _, s := range steps {
		last.do(s)
	}
	before, after := watch(state, answers).see(), last.see()
	o, found := watch(state, answers), map[sighting]bool{}
	for n, s := range steps {
		o.do(s)
		now := o.see()
		for p := range now {
			if !before[p] && !after[p] {
				found[sighting{n + 1, p.principal, p.permission, true, p.at}] = true
			}
		}
		for p := range before {
			if after[p] && !now[p] {
				found[sighting{n + 1, p.principal, p.permission, false, p.at}] = true
			}
		}
	}
	return found
}

func matching(p access.Place, at iam.DRN) bool {
	return (iam.DRN{Org: testOrg, Database: p.Database, Keyspace: p.Keyspace, Table: p.Table}).Covers(at)
}

// TestMomentsAreThoseSeen compares the moments that are named with those that an observer
// sees, in any order of the steps.
func TestMomentsAreThoseSeen(t *testing.T) {
	for seed := range uint64(rounds(1000)) {
		state, steps := draw(rand.New(rand.NewPCG(seed, 1)))
		if seed%2 == 0 {
			steps = Order(state, steps)
		}
		seen := sightings(state, steps)
		type fact struct {
			step                  int
			principal, permission string
			surplus               bool
		}
		facts, named := map[fact]bool{}, map[fact]bool{}
		moments := Moments(state, steps)
		for s := range seen {
			facts[fact{s.step, s.principal, s.permission, s.surplus}] = true
			if !slices.ContainsFunc(moments, func(m Moment) bool {
				return m.From <= s.step && s.step < m.To && m.Surplus == s.surplus &&
					slices.ContainsFunc(m.Principals, func(p access.Principal) bool { return p.Name == s.principal }) &&
					slices.ContainsFunc(m.Grants, func(g access.Grant) bool {
						return slices.Contains(g.Permissions, s.permission) && matching(g.Place, s.at)
					})
			}) {
				t.Fatalf("seed %d: no moment names %+v: %v", seed, s, moments)
			}
		}
		for _, m := range moments {
			for _, p := range m.Principals {
				for _, g := range m.Grants {
					for _, permission := range g.Permissions {
						for n := m.From; n < m.To; n++ {
							named[fact{n, p.Name, permission, m.Surplus}] = true
						}
					}
				}
			}
		}
		for f := range named {
			if !facts[f] {
				t.Fatalf("seed %d: %+v is named and not seen", seed, f)
			}
		}
	}
}

// TestOrder checks the order of random steps, and that it has the fewest moments where
// every order can be tried.
func TestOrder(t *testing.T) {
	clean, moments, better := 0, 0, 0
	for seed := range uint64(rounds(1000)) {
		state, steps := draw(rand.New(rand.NewPCG(seed, 2)))
		ordered := Order(state, steps)
		if len(ordered) != len(steps) {
			t.Fatalf("seed %d: %d steps of %d", seed, len(ordered), len(steps))
		}
		checkRoleOrder(t, seed, state, ordered)
		seen := sightings(state, ordered)
		if len(seen) == 0 {
			clean++
			continue
		}
		moments++
		if !slices.ContainsFunc(ordered, func(s Step) bool { return s.Moment != "" }) {
			t.Fatalf("seed %d: no moment is named of %v", seed, seen)
		}
		if len(steps) <= 5 && anyOrder(steps, func(order []Step) bool {
			return keepsRoleOrder(state, order) && len(sightings(state, order)) == 0
		}) {
			better++
			t.Errorf("seed %d: another order has no moment:\n%v", seed, ordered)
		}
		for s := range seen {
			if s.surplus && slices.Contains(escalationPermissions(), s.permission) && s.at == (iam.DRN{Org: testOrg}) && len(steps) <= 5 &&
				anyOrder(steps, func(order []Step) bool { return keepsRoleOrder(state, order) && !escalates(sightings(state, order)) }) {
				t.Errorf("seed %d: %s has %s for a moment", seed, s.principal, s.permission)
			}
		}
	}
	t.Logf("%d worlds without a moment, %d with", clean, moments)
	if clean == 0 || moments == 0 && !raced {
		t.Error("the worlds are all of one kind")
	}
}

func escalates(seen map[sighting]bool) bool {
	for s := range seen {
		if s.surplus && slices.Contains(escalationPermissions(), s.permission) && s.at == (iam.DRN{Org: testOrg}) {
			return true
		}
	}
	return false
}

func anyOrder(steps []Step, ok func([]Step) bool) bool {
	var try func(done, left []Step) bool
	try = func(done, left []Step) bool {
		if len(left) == 0 {
			return ok(done)
		}
		for i := range left {
			if try(append(slices.Clone(done), left[i]), slices.Delete(slices.Clone(left), i, i+1)) {
				return true
			}
		}
		return false
	}
	return try(nil, steps)
}

// keepsRoleOrder reports whether roles exist when they are given, and whether no later
// step takes a deleted role from a holder, and whether the token in use can do the steps.
func keepsRoleOrder(state State, steps []Step) bool { return roleOrder(state, steps) == "" }

func roleOrder(state State, steps []Step) string {
	answers := map[*StateRole][]possession{}
	last := watch(state, answers)
	for _, s := range steps {
		last.do(s)
	}
	o := watch(state, answers)
	can := func(permission string) bool {
		return o.see()[possession{state.Login.ClientID, permission, iam.DRN{Org: testOrg}}]
	}
	for n, s := range steps {
		could := slices.DeleteFunc(slices.Clone(escalationPermissions()), func(p string) bool { return !can(p) })
		o.do(s)
		for _, later := range steps[n+1:] {
			if p := Permission(later); slices.Contains(could, p) && !can(p) {
				return fmt.Sprintf("step %d takes %s from the token in use, which needs it", n+1, p)
			}
		}
		for name, ids := range o.held {
			for _, id := range ids {
				_, exists := o.roles[id]
				switch {
				case !exists && strings.HasPrefix(id, createdPrefix):
					return fmt.Sprintf("step %d gives %s the role %s, which does not exist", n+1, name, id)
				case s.Kind == RoleStep && s.Action == Delete && s.ID == id && !slices.Contains(last.held[name], id):
					return fmt.Sprintf("step %d deletes %s, which %s still has", n+1, id, name)
				}
			}
		}
	}
	return ""
}

func checkRoleOrder(t *testing.T, seed uint64, state State, steps []Step) {
	t.Helper()
	if why := roleOrder(state, steps); why != "" {
		t.Fatalf("seed %d: %s", seed, why)
	}
}

// TestMomentText swaps a permission of two roles that have the same holder: each order has a
// gap.
func TestMomentText(t *testing.T) {
	ordered := Order(swap())
	const want = "between steps 1 and 2 service has no db-table-modify on orders"
	if got := ordered[0].Moment; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// swap returns two roles that exchange a permission and have the same holder.
func swap() (State, []Step) {
	role := func(id, name string, permissions ...string) StateRole {
		return StateRole{ID: id, Name: name, Permissions: permissions, Resources: iam.Resources(testOrg, []iam.Scope{{Database: "d1"}}, permissions)}
	}
	state := State{
		Organization: Organization{ID: testOrg}, Databases: []StateDatabase{{ID: "d1", Name: "orders"}},
		Roles:  []StateRole{role("a", "A", "db-table-modify"), role("b", "B", "db-table-select")},
		Tokens: []StateToken{{ClientID: "t", Description: "service", Roles: []string{"a", "b"}}},
	}
	a, b := role("a", "A", "db-table-select"), role("b", "B", "db-table-modify")
	return state, []Step{
		{Kind: RoleStep, Action: Update, ID: "a", Name: "A", RoleBefore: &state.Roles[0], RoleAfter: &a},
		{Kind: RoleStep, Action: Update, ID: "b", Name: "B", RoleBefore: &state.Roles[1], RoleAfter: &b},
	}
}
