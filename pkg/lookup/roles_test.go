package lookup

import (
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
)

// TestRoleRefs marks only the ID of a role that does not exist: a name that two roles
// have says nothing.
func TestRoleRefs(t *testing.T) {
	t.Parallel()
	const known, unknown = "d2cfcd63-055c-4a58-b957-8916d4a007a5", "b73e44b2-b9e9-43b8-a7c1-c6a2fe2dab50"
	for ref, want := range map[string]string{
		known:      "Reporting",
		unknown:    "(deleted role) " + unknown,
		"Same":     "Same",
		"Invented": "Invented",
	} {
		d := &Directory{}
		d.nameRoles([]devops.Role{{ID: known, Name: "Reporting"}, {ID: "1", Name: "Same"}, {ID: "2", Name: "Same"}})
		refs, err := d.RoleRefs(t.Context(), []string{ref})
		if got := RoleNames(refs); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", ref, got, err, want)
		}
	}
}
