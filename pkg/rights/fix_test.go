package rights

import (
	"slices"
	"testing"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/iam"
)

const org = "7d3f2b0e-0000-4000-8000-000000000001"

func resources(scope iam.Scope, actions ...string) []string {
	return iam.Resources(org, []iam.Scope{scope}, actions)
}

// unchanged is a CommandLine without flags.
type unchanged struct{}

func (unchanged) Command(line string) string               { return line }
func (unchanged) CommandWithOtherToken(line string) string { return line }

func TestFix(t *testing.T) {
	t.Parallel()
	table := iam.Scope{Database: "d1", Keyspace: "app", Table: "orders"}
	parts := []string{"drn:astra:org:" + org, "drn:astra:org:" + org + ":db:d1", "drn:astra:org:" + org + ":db:d1:keyspace:app:table:orders"}
	for _, c := range []struct {
		name, what, by string
		place          access.Place
		role           iam.Policy
		kind           access.Kind
		want           []string
	}{
		{
			"a missing permission", "write-rows", "",
			access.Place{Database: "d1", Keyspace: "app", Table: "orders"},
			iam.Policy{Actions: []string{"db-table-modify"}, Resources: resources(table, "db-table-modify")},
			access.User,
			[]string{"astra role update Orders --add-permission db-cql"},
		},
		{
			"missing system keyspaces", "read-rows", "cql",
			access.Place{Database: "d1", Keyspace: "app", Table: "orders"},
			iam.Policy{Actions: []string{"db-table-select", "db-cql"}, Resources: parts},
			access.Token,
			[]string{"astra role update Orders --db demo --keyspace app --table orders"},
		},
		{
			"another database, which takes nothing from the first", "org-db-view", "",
			access.Place{Database: "d2"},
			iam.Policy{Actions: []string{"org-db-view"}, Resources: parts[:2]},
			access.Token,
			[]string{"astra role update Orders --resource " + parts[0] + " --resource " + parts[1] + " --resource drn:astra:org:" + org + ":db:d2"},
		},
		{
			"a permission of the organization, which widens nothing", "org-user-read", "",
			access.Place{},
			iam.Policy{Actions: []string{"org-db-view"}, Resources: parts[:2]},
			access.RoleAlone,
			[]string{"astra role update Orders --add-permission org-user-read"},
		},
		{
			"no role that comes near", "see-people", "",
			access.Place{},
			iam.Policy{Actions: []string{"db-rest"}, Resources: parts[:2]},
			access.User,
			[]string{"astra user update ana@example.com --add-role 'UI View Only'"},
		},
		{
			"a token keeps its roles", "see-people", "",
			access.Place{},
			iam.Policy{Actions: []string{"db-rest"}, Resources: parts[:2]},
			access.Token,
			[]string{"astra token generate --role Orders --role 'UI View Only' --save app-2", "astra token delete c1"},
		},
		{
			"a yes", "db-rest", "",
			access.Place{Database: "d1"},
			iam.Policy{Actions: []string{"db-rest"}, Resources: parts[:2]},
			access.User,
			[]string{},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.role.Effect = iam.Allow
			s := &Snapshot{Session: &cli.Session{}, saved: []config.SavedToken{{Name: "app", ClientID: "c1"}}}
			s.Organization = access.Organization{ID: org, Databases: []access.Database{{ID: "d1", Name: "demo"}, {ID: "d2", Name: "shop"}}}
			for _, r := range iam.DefaultRoles() {
				s.Roles = append(s.Roles, access.Role{Role: r})
			}
			s.Roles = append(s.Roles, access.Role{Role: iam.Role{ID: "r1", Name: "Orders", Policy: c.role}})
			w, err := access.ParseWhat(c.what)
			if err != nil {
				t.Fatal(err)
			}
			if w, err = w.By(c.by); err != nil {
				t.Fatal(err)
			}
			p := access.Principal{Kind: c.kind, ID: "c1", Name: "ana@example.com", Status: access.Active, Roles: []string{"r1"}}
			if c.kind == access.RoleAlone {
				p.ID = "r1"
			}
			got := s.Answer(p, access.Question{What: w, Place: c.place}, unchanged{})
			if !slices.Equal(got.Fix, c.want) {
				t.Errorf("%s\n got %q\nwant %q", got.Reason, got.Fix, c.want)
			}
		})
	}
}
