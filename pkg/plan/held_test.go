package plan

import (
	"slices"
	"testing"
)

// TestHeldBack checks which steps are held back after the first one failed.
func TestHeldBack(t *testing.T) {
	for _, test := range []struct {
		name  string
		steps []Step
		want  []bool
	}{
		{"a new role, and the roles that it replaces", []Step{createRole("R", "db-cql"), setRoles("u1", CreatedID("R")), deleteRole("spare"), removeUser("u2")}, []bool{false, true, false, false}},
		{"a role that grows", []Step{updateRole("r1", "db-cql", "db-table-select", "org-user-read"), setRoles("u1", "r2"), revokeToken("t1"), deleteRole("r3")}, []bool{false, true, true, false}},
		{"a role that shrinks", []Step{updateRole("r1", "db-cql"), setRoles("u1", "r2"), removeUser("u2")}, []bool{false, false, false}},
		{"an invited person", []Step{invite("new@acme.example", "r1"), removeUser("u1"), removeUser("u2")}, []bool{false, true, false}},
		{"more roles", []Step{setRoles("u1", "r1", "spare"), deleteRole("spare"), setRoles("u2", "r2", "r3")}, []bool{false, true, false}},
		{
			"an address",
			[]Step{addAddress("d1", "192.0.2.9"), switchList("d1", true), removeAddress("d1", "203.0.113.0/24"), removeAddress("", "203.0.113.0/24"), removeUser("u1")},
			[]bool{false, true, true, false, false},
		},
	} {
		if got := HoldBack(company(), test.steps, []int{0}); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
		if got := HoldBack(company(), test.steps, nil); slices.Contains(got, true) {
			t.Errorf("%s: %v are held back without a failure", test.name, got)
		}
	}
}
