package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/iam"
)

// TestCapabilities freezes the catalog: scripts depend on the names, and answers on the
// permissions. One line has one capability, its level, then its ways.
func TestCapabilities(t *testing.T) {
	const want = `
see-databases database: org-db-view
create-databases organization: org-db-create
delete-databases database: org-db-terminate
suspend-databases database: org-db-suspend
use-console database: org-user-read org-db-view
read-rows table: db-cql db-table-select db-table-select@system db-table-select@system_schema db-table-select@system_virtual_schema | db-rest db-table-select | db-graphql db-table-select
write-rows table: db-cql db-table-modify | db-rest db-table-modify | db-graphql db-table-modify
change-tables table: db-cql db-table-create db-table-alter | db-rest db-table-create db-table-alter | db-graphql db-table-create db-table-alter
drop-tables table: db-cql db-table-drop | db-rest db-table-drop | db-graphql db-table-drop
create-keyspaces keyspace: db-keyspace-create | db-all-keyspace-create
drop-keyspaces keyspace: db-keyspace-drop
see-people organization: org-user-read
change-people organization: org-user-write
see-roles organization: org-role-read
change-roles organization: org-role-write
delete-roles organization: org-role-delete
see-tokens organization: org-token-read
make-tokens organization: org-token-write
see-access-lists organization: accesslist-read
change-access-lists organization: accesslist-write
manage-regions database: db-manage-region
manage-private-endpoints database: db-manage-privateendpoint
manage-metrics database: db-manage-thirdpartymetrics
see-keys organization: org-cmk-read
register-keys organization: org-cmk-write
see-bills organization: org-billing-read
pay organization: org-billing-write
see-audit-log organization: org-audits-read
change-single-sign-on organization: org-external-auth-write
manage-streaming organization: org-stream-manage
`
	var got strings.Builder
	got.WriteString("\n")
	for _, w := range Capabilities() {
		if w.Name == Administer {
			continue
		}
		var ways []string
		for _, way := range w.Ways {
			var atoms []string
			for _, a := range way.Atoms {
				text := a.Permission
				if a.Keyspace != "" {
					text += "@" + a.Keyspace
				}
				atoms = append(atoms, text)
			}
			ways = append(ways, strings.Join(atoms, " "))
		}
		got.WriteString(w.Name + " " + w.Level.String() + ": " + strings.Join(ways, " | ") + "\n")
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAdministerIsTheOrganizationAdministrator(t *testing.T) {
	w := mustParse(t, "Administer")
	var got []string
	for _, atom := range w.Ways[0].Atoms {
		got = append(got, atom.Permission)
	}
	i := slices.IndexFunc(iam.DefaultRoles(), func(r iam.Role) bool { return r.Name == "Organization Administrator" })
	want := slices.Sorted(slices.Values(iam.DefaultRoles()[i].Policy.Actions))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, r := range iam.DefaultRoles() {
		answer := New(Organization{ID: "o"}).Evaluate(holder(r.ID), Question{What: w})
		if (answer.Answer == Yes) != (r.Name == "Organization Administrator") {
			t.Errorf("%s: %s", r.Name, answer.Answer)
		}
	}
}

func TestEveryPermissionOfACapabilityExists(t *testing.T) {
	for _, w := range append(Capabilities(), Permissions()...) {
		for _, way := range w.Ways {
			for _, atom := range way.Atoms {
				if atom.level == 0 {
					t.Errorf("%s: %s is not in the catalog", w.Name, atom.Permission)
				}
			}
		}
		if got, err := ParseWhat(w.Name); err != nil || !cmp.Equal(got, w, cmp.AllowUnexported(Atom{})) {
			t.Errorf("%s: %v, %v", w.Name, got, err)
		}
	}
	for _, p := range iam.Permissions() {
		if got := mustParse(t, strings.ToUpper(p.Name)); got.Name != p.Parameter {
			t.Errorf("%s is parsed as %s", p.Name, got.Name)
		}
	}
}

func TestBy(t *testing.T) {
	for _, name := range []string{"read-rows", "write-rows", "change-tables", "drop-tables"} {
		for _, api := range APIs() {
			w, err := mustParse(t, name).By(api)
			if err != nil || len(w.Ways) != 1 || w.Ways[0].Atoms[0].Permission != "db-"+api {
				t.Errorf("%s by %s: %v, %v", name, api, w.Ways, err)
			}
		}
		if w, err := mustParse(t, name).By(""); err != nil || len(w.Ways) != 3 {
			t.Errorf("%s: %v, %v", name, w.Ways, err)
		}
	}
}
