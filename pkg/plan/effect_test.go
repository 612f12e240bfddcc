package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestEffectLines shows effects as people read them.
func TestEffectLines(t *testing.T) {
	orders := func(s Step) Step {
		s.RoleAfter.Resources = testRole("", s.RoleAfter.Permissions...).Resources
		for i, r := range s.RoleAfter.Resources {
			s.RoleAfter.Resources[i] = strings.Replace(r, ":db:*", ":db:d1", 1)
		}
		return s
	}
	crowd := company()
	for i := range crowd.Users {
		crowd.Users[i].Roles = []string{"r1"}
	}
	for _, test := range []struct {
		name  string
		state State
		steps []Step
		want  []string
	}{
		{"a new role", company(), []Step{orders(createRole("Writers", "db-cql", "db-table-modify")), setRoles("idle", CreatedID("Writers"))}, []string{
			"idle@acme.example gains write rows in orders",
		}},
		{"a removed user", company(), []Step{removeUser("u1")}, []string{"u1@acme.example loses everything"}},
		{"a role of user and token", company(), []Step{updateRole("r1", "db-cql", "db-table-select", "org-user-read")}, []string{
			"u1@acme.example, job 1 gain see people",
		}},
		{"a role of many", crowd, []Step{updateRole("r1", "db-cql")}, []string{
			"16 people and 1 token with role r1 lose read rows in all databases",
		}},
		{"a smaller place", company(), []Step{orders(updateRole("r1", "db-cql", "db-table-select"))}, []string{
			"u1@acme.example, job 1 lose read rows in all databases",
		}},
		{"an administrator", company(), []Step{setRoles("idle", orgAdministrator)}, []string{
			"idle@acme.example gains the rights of an Organization Administrator",
		}},
		{"a description", company(), []Step{updateRole("r1", "db-table-select", "db-cql")}, nil},
		{"several leavers", company(), []Step{removeUser("u1"), removeUser("u2"), removeUser("u3"), removeUser("u4")}, []string{
			"4 people lose everything",
		}},
	} {
		var got []string
		for _, l := range EffectLines(test.state, Effects(test.state, test.steps)) {
			got = append(got, fmt.Sprintf("%s %s %s", l.Who, l.Verb, l.What))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", test.name, got, test.want)
		}
	}
}
