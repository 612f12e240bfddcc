package applytest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
)

func uuid(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", n) }

// roleNames are names that a careless file would read as something else.
func roleNames() []string {
	return []string{"Orders, read: all # of them", "no", "Röle ✓", "1e3", "${org}", "'quoted' \"twice\"", "- dash", "~"}
}

// permissions are those of random roles: few, so that roles share them.
func permissions() []string {
	return []string{
		"org-user-read", "org-user-write", "org-role-write", "org-token-write", "db-cql", "db-rest", "db-table-select", "db-table-modify", "db-keyspace-alter", "db-all-keyspace-create",
	}
}

// dice draws pairs of states.
type dice struct {
	*rand.Rand

	s *service
}

// pair returns two random states with the same people, roles and tokens in part. A role
// that tokens of both have is in both.
func (d dice) pair() (from, to organization) {
	common := []string{}
	for i, name := range roleNames() {
		in, alsoIn := d.IntN(3) > 0, d.IntN(3) > 0
		r := d.role(i, name)
		if in {
			from.Roles = append(from.Roles, r)
		}
		if alsoIn && (!in || d.IntN(2) == 0) {
			r = d.role(i, name)
		}
		if alsoIn {
			to.Roles = append(to.Roles, r)
		}
		if in && alsoIn {
			common = append(common, r.ID)
		}
	}
	from.Users, to.Users = d.users(from.Roles), d.users(to.Roles)
	from.Tokens, to.Tokens = []token{d.s.admin}, []token{d.s.admin}
	for i := range d.IntN(4) {
		k := d.token(i, append(common, iam.DefaultRoles()[i].ID))
		from.Tokens = append(from.Tokens, k)
		if d.IntN(3) > 0 {
			to.Tokens = append(to.Tokens, k)
		}
	}
	for _, db := range d.s.dbs {
		if d.IntN(3) > 0 {
			from.AccessLists = append(from.AccessLists, d.list(db.ID))
			to.AccessLists = append(to.AccessLists, d.list(db.ID))
		}
	}
	if d.IntN(2) == 0 {
		to.APIAccess = d.addresses()
	}
	if len(to.APIAccess) > 0 && d.IntN(2) == 0 {
		from.APIAccess = d.addresses()
	}
	for i := range to.APIAccess {
		to.APIAccess[i].Enabled = true
	}
	for i := range from.APIAccess {
		from.APIAccess[i].Enabled = true
	}
	return from, to
}

// some returns one of some texts, or more.
func (d dice) some(all []string) []string {
	var some []string
	for _, i := range d.Perm(len(all))[:1+d.IntN(min(3, len(all)))] {
		some = append(some, all[i])
	}
	return some
}

func (d dice) role(i int, name string) role {
	var scopes []iam.Scope
	for range 1 + d.IntN(2) {
		segment := func(names ...string) string { return names[d.IntN(len(names))] }
		scopes = append(scopes, iam.Scope{
			Database: segment("*", d.s.dbs[0].ID, d.s.dbs[1].ID), Keyspace: segment("*", "app", "other"), Table: segment("*", "orders"),
		})
	}
	actions := d.some(permissions())
	description := name
	if d.IntN(3) == 0 {
		description = "of " + name
	}
	return role{ID: uuid(i + 1), Name: name, Policy: policy{description, iam.Resources(d.s.orgID, scopes, actions), actions, iam.Allow}}
}

func (d dice) users(roles []role) []user {
	ids := []string{}
	for _, r := range roles {
		ids = append(ids, r.ID)
	}
	for _, r := range iam.DefaultRoles()[:3] {
		ids = append(ids, r.ID)
	}
	all := []user{{ID: uuid(100), Email: "owner@example.com", Status: "active", Roles: d.s.admin.Roles}}
	for _, i := range d.Perm(8)[:d.IntN(8)] {
		status := []string{"active", "invited"}[d.IntN(2)]
		all = append(all, user{ID: uuid(101 + i), Email: fmt.Sprintf("user%d@acme.example", i), Status: status, Roles: d.some(ids)})
	}
	return all
}

func (d dice) list(database string) accessList {
	return accessList{Database: database, Enabled: d.IntN(2) == 0, Addresses: d.addresses()}
}

// addresses returns entries with a description: one without is not compared.
func (d dice) addresses() []address {
	var all []address
	for _, i := range d.Perm(4)[:1+d.IntN(3)] {
		all = append(all, address{fmt.Sprintf("203.0.%d.0/24", i), []string{"office", "home: 2"}[d.IntN(2)], d.IntN(4) > 0})
	}
	return all
}

// dense returns two states with the same few roles, some of which exchange what they grant:
// often no order of the steps is without a moment of more or less access.
func (d dice) dense() (from, to organization) {
	for i, name := range roleNames()[:3] {
		from.Roles, to.Roles = append(from.Roles, d.role(i, name)), append(to.Roles, d.role(i, name))
	}
	for i, k := range d.Perm(3) {
		if d.IntN(2) == 0 {
			to.Roles[i].Policy = from.Roles[k].Policy
		}
	}
	from.Users, to.Users = d.users(from.Roles), d.users(to.Roles)
	ids := []string{from.Roles[0].ID, from.Roles[1].ID, from.Roles[2].ID}
	from.Tokens, to.Tokens = []token{d.s.admin}, []token{d.s.admin}
	for i := range 2 {
		k := d.token(i, ids)
		from.Tokens, to.Tokens = append(from.Tokens, k), append(to.Tokens, k)
	}
	return from, to
}

func (d dice) token(i int, roles []string) token {
	return token{
		ClientID: strings.Repeat(string(rune('a'+i)), 24), Hash: strings.Repeat("0", 64), Description: fmt.Sprint("service ", i),
		Created: d.s.admin.Created, Roles: d.some(roles),
	}
}
