package applytest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/plan"
)

// possession is what a principal can do at a place.
type possession struct {
	principal, permission string
	place                 access.Place
}

// observer sees the access of each principal in a state of the emulator.
type observer struct {
	s     *service
	known map[string][]possession // of a role by its policy, without a principal
}

// places returns places of a level, existing and not.
func (o *observer) places(level iam.ResourceLevel) []access.Place {
	all := []access.Place{{}}
	for depth, names := range [][]string{{o.s.dbs[0].ID, o.s.dbs[1].ID, "new"}, {"app", "other", "new", "system", "system_schema"}, {"orders", "new"}} {
		if iam.ResourceLevel(depth)+iam.DepthOrganization >= level {
			break
		}
		var deeper []access.Place
		for _, p := range all {
			for _, name := range names {
				next := p
				*[]*string{&next.Database, &next.Keyspace, &next.Table}[depth] = name
				deeper = append(deeper, next)
			}
		}
		all = deeper
	}
	return all
}

// ofRole returns what a role grants, by the strict model of pkg/access.
func (o *observer) ofRole(r iam.Role) []possession {
	key, err := json.Marshal(r.Policy)
	testkit.Check(o.s.t, err)
	if all, found := o.known[string(key)]; found {
		return all
	}
	analyzer := access.New(access.Organization{ID: o.s.orgID, Roles: []access.Role{{Role: r}}})
	alone := access.Principal{Kind: access.RoleAlone, ID: r.ID, Roles: []string{r.ID}}
	all := []possession{}
	for _, permission := range r.Policy.Actions {
		level := iam.Level(permission)
		if level == 0 {
			continue // of streaming tenants
		}
		what, err := access.ParseWhat(permission)
		testkit.Check(o.s.t, err)
		for _, place := range o.places(level) {
			if analyzer.Evaluate(alone, access.Question{What: what, Place: place}).Models.Strict == access.Yes {
				all = append(all, possession{permission: permission, place: place})
			}
		}
	}
	o.known[string(key)] = all
	return all
}

// see returns the access of each principal.
func (o *observer) see(state organization) map[possession]bool {
	granted := map[string][]possession{}
	for _, r := range iam.DefaultRoles() {
		granted[r.ID] = o.ofRole(r)
	}
	for _, r := range state.Roles {
		granted[r.ID] = o.ofRole(iam.Role{ID: r.ID, Name: r.Name, Policy: iam.Policy(r.Policy)})
	}
	seen := map[possession]bool{}
	add := func(name string, roles []string) {
		for _, id := range roles {
			for _, p := range granted[id] {
				p.principal = name
				seen[p] = true
			}
		}
	}
	for _, u := range state.Users {
		add(u.Email, u.Roles)
	}
	for _, k := range state.Tokens {
		add(k.Description, k.Roles)
	}
	return seen
}

// asPlanned returns the state as a plan has it.
func (s *service) asPlanned(o organization) plan.State {
	state := plan.State{Organization: plan.Organization{ID: s.orgID}, Databases: s.dbs, Login: plan.Login{ClientID: s.admin.ClientID, Roles: s.admin.Roles}}
	for _, r := range iam.DefaultRoles() {
		state.Roles = append(state.Roles, plan.StateRole{ID: r.ID, Name: r.Name, Default: true, Permissions: r.Policy.Actions, Resources: r.Policy.Resources})
	}
	for _, r := range o.Roles {
		state.Roles = append(state.Roles, plan.StateRole{ID: r.ID, Name: r.Name, Permissions: r.Policy.Actions, Resources: r.Policy.Resources})
	}
	for _, u := range o.Users {
		state.Users = append(state.Users, plan.StateUser{ID: u.ID, Email: u.Email, Roles: u.Roles})
	}
	for _, k := range o.Tokens {
		state.Tokens = append(state.Tokens, plan.StateToken{ClientID: k.ClientID, Description: k.Description, DescriptionKnown: true, Roles: k.Roles})
	}
	return state
}

// names reports whether a moment of the plan is the one at which something is seen.
func names(m plan.Moment, after int, p possession, surplus bool) bool {
	matches := func(segment, name string) bool { return segment == name || segment == iam.Wildcard && name != "" }
	return m.Surplus == surplus && m.From <= after && after < m.To &&
		slices.ContainsFunc(m.Principals, func(o access.Principal) bool { return o.Name == p.principal }) &&
		slices.ContainsFunc(m.Grants, func(g access.Grant) bool {
			return slices.Contains(g.Permissions, p.permission) && matches(g.Place.Database, p.place.Database) &&
				matches(g.Place.Keyspace, p.place.Keyspace) && matches(g.Place.Table, p.place.Table)
		})
}

// TestNoMomentBetween looks at the emulator after each request of an applied plan: no
// principal lacks what it has before and after, or has what it has neither before nor
// after, unless the plan names that moment.
func TestNoMomentBetween(t *testing.T) {
	t.Parallel()
	s := newService(t)
	o := &observer{s, map[string][]possession{}}
	requests, seen, worlds := 0, 0, rounds(1000, 80, 20)
	for seed := range uint64(worlds) {
		from, to := dice{rand.New(rand.NewPCG(seed, 2)), s}.dense()
		s.load(to)
		file := s.write("b.yaml", allOf(s.export()))
		s.load(from)
		d, path := s.plan(file)
		if len(d.Steps) == 0 {
			continue
		}
		moments := plan.Moments(s.asPlanned(from), d.Steps)
		for _, m := range moments {
			if !strings.Contains(d.Steps[m.From-1].Moment, m.String()) {
				t.Fatalf("seed %d: step %d says %q and not %q", seed, m.From, d.Steps[m.From-1].Moment, m)
			}
		}
		sights := []map[possession]bool{o.see(s.look())}
		s.after = func(*http.Request) { sights = append(sights, o.see(s.look())) }
		out, words, status := s.run(allowing("org", "apply", path)...)
		s.after = nil
		if status != 0 || len(sights) != len(d.Steps)+1 {
			t.Fatalf("seed %d: status %d, %d requests in %d steps\n%s%s", seed, status, len(sights)-1, len(d.Steps), out, words)
		}
		before, after := sights[0], sights[len(sights)-1]
		for n, now := range sights {
			requests++
			outside := map[possession]bool{} // and whether it is a surplus
			for p := range now {
				if !before[p] && !after[p] {
					outside[p] = true
				}
			}
			for p := range before {
				if after[p] && !now[p] {
					outside[p] = false
				}
			}
			for _, p := range slices.SortedFunc(maps.Keys(outside), func(a, b possession) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
				seen++
				if !slices.ContainsFunc(moments, func(m plan.Moment) bool { return names(m, n, p, outside[p]) }) {
					t.Fatalf("seed %d: after step %d %v (surplus: %t), which the plan does not name:\n%s", seed, n, p, outside[p], words)
				}
			}
		}
	}
	t.Logf("%d moments of %d worlds; %d gaps and surpluses, all of which were named", requests, worlds, seen)
	if seen == 0 {
		t.Error("no world has a gap or a surplus")
	}
}
