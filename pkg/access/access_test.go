package access

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/iam"
)

// newRole returns a role of the organization o from suffixes of resource names and from
// actions, both separated by white space; "o" alone is the organization.
func newRole(id, resources, actions string) Role {
	r := Role{Role: iam.Role{ID: id, Name: "role " + id, Policy: iam.Policy{Effect: iam.Allow, Actions: strings.Fields(actions)}}}
	for suffix := range strings.FieldsSeq(resources) {
		r.Policy.Resources = append(r.Policy.Resources, "drn:astra:org:"+suffix)
	}
	return r
}

func holder(roles ...string) Principal {
	return Principal{Kind: Token, ID: "t", Name: "service", Status: Active, Roles: roles}
}

func mustParse(t testing.TB, name string) What {
	t.Helper()
	w, err := ParseWhat(name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// parsePlace parses segments separated by dots.
func parsePlace(text string) Place {
	parts := append(strings.Split(text, "."), "", "")
	return Place{Database: parts[0], Keyspace: parts[1], Table: parts[2]}
}

func format(places []Place) string {
	texts := make([]string, 0, len(places))
	for _, p := range places {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, " ")
}

func TestEvaluate(t *testing.T) {
	org := Organization{
		ID: "o",
		Roles: []Role{
			newRole("view-d", "o o:db:d", "org-db-view"),
			newRole("view-all", "o o:db:*", "org-db-view"),
			newRole("view-elsewhere", "p p:db:*", "org-db-view"),
			newRole("people", "o", "org-user-read"),
			newRole("rest-d", "o:db:d", "db-rest"),
			newRole("select-e", "o:db:e:keyspace:*:table:*", "db-table-select"),
			newRole("select-d", "o:db:d:keyspace:k:table:*", "db-table-select"),
			newRole("flat", "o o:db:d", "db-table-select"),
			newRole("cql-k", "o o:db:d o:db:d:keyspace:k o:db:d:keyspace:k:table:*", "db-cql db-table-select"),
			newRole("compiled", "", "db-cql db-table-select"),
			newRole("exist", "o o:db:d o:db:e", "org-db-view"),
			newRole("streams", "o:stream:*", "org-stream-manage org-user-read"),
			newRole("all-keyspaces", "o o:db:d", "db-all-keyspace-create"),
			{Role: iam.Role{ID: "hidden", Name: "Hidden"}, Unreadable: true},
		},
		Databases: []Database{{"d", "orders", []string{"k", "l"}}, {"e", "stock", []string{"m"}}},
	}
	compiled := slices.IndexFunc(org.Roles, func(r Role) bool { return r.ID == "compiled" })
	org.Roles[compiled].Policy.Resources = iam.Resources("o", []iam.Scope{{Database: "d", Keyspace: "k"}}, org.Roles[compiled].Policy.Actions)
	const admin = "ad0566b5-2a67-49de-89e8-92258c2f2c98"
	for _, test := range []struct {
		name, roles, what, place string
		want                     Verdict
		places                   string
		now                      Extent
	}{
		{"one database", "view-d", "View DB", "d", Yes, "orders", All},
		{"another database", "view-d", "org-db-view", "e", No, "", None},
		{"all databases, one granted", "view-d", "org-db-view", "", Partly, "orders", Some},
		{"all databases that exist", "exist", "org-db-view", "*", Partly, "orders stock", All},
		{"all databases", "view-all", "org-db-view", "", Yes, "*", All},
		{"resource of another organization", "view-elsewhere", "org-db-view", "d", No, "", None},
		{"organization permission at a table", "people", "org-user-read", "d.k.t", Yes, "organization", All},
		{"permissions at different places", "rest-d select-e", "read-rows", "", No, "", None},
		{"permissions at the same place", "rest-d select-d", "read-rows", "d", Partly, "orders.k.*", Some},
		{"unlisted tables", "flat", "db-table-select", "d.k.t", Unclear, "orders.k.t", None},
		{"CQL without system keyspaces", "cql-k", "read-rows", "d.k", No, "", None},
		{"CQL with system keyspaces", "compiled", "read-rows", "d.k", Yes, "orders.k.*", All},
		{"streaming has no level", "streams", "manage-streaming", "", No, "", None},
		{"create all keyspaces", "all-keyspaces", "create-keyspaces", "d.new", Yes, "orders.new", All},
		{"unreadable role", "hidden", "see-people", "", Unknown, "", ""},
		{"unreadable role beside an enough one", "hidden people", "see-people", "", Yes, "organization", All},
		{"default role by ID alone", admin, "administer", "", Yes, "*.*.*", All},
		{"no roles", "", "see-people", "", No, "", None},
		{"deleted role", "gone", "see-people", "", No, "", None},
		{"role named twice", "people people", "use-console", "", No, "", None},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := New(org).Evaluate(holder(strings.Fields(test.roles)...), Question{What: mustParse(t, test.what), Place: parsePlace(test.place)})
			if got.Answer != test.want || format(got.Places) != test.places || got.Now != test.now {
				t.Errorf("want %s %q now %q, got %s %q now %q", test.want, test.places, test.now, got.Answer, format(got.Places), got.Now)
			}
		})
	}
}

// TestExtentOfUnknownInventory checks that what exists is not guessed: a role for one
// keyspace may cover everything of a database whose keyspaces may not be listed.
func TestExtentOfUnknownInventory(t *testing.T) {
	roles := []Role{newRole("k", "o:db:d:keyspace:k", "db-keyspace-drop"), newRole("e", "o:db:e:keyspace:*", "db-keyspace-drop")}
	for _, test := range []struct {
		name, roles, place string
		databases          []Database
		want               Extent
	}{
		{"no list of databases", "k", "", nil, ""},
		{"no list of databases, but one is asked for", "k", "d.k", nil, All},
		{"no list of keyspaces", "k", "d", []Database{{"d", "orders", nil}}, ""},
		{"no list of keyspaces, and another database whole", "k e", "", []Database{{"d", "orders", nil}, {"e", "stock", nil}}, ""},
		{"no list of keyspaces, and another database without", "k", "", []Database{{"d", "orders", nil}, {"e", "stock", nil}}, ""},
		{"one database whole, another without", "e", "", []Database{{"d", "orders", nil}, {"e", "stock", nil}}, Some},
		{"the only keyspace", "k", "d", []Database{{"d", "orders", []string{"k"}}}, All},
		{"no keyspaces", "k", "d", []Database{{"d", "orders", []string{}}}, None},
		{"no databases", "k", "", []Database{}, None},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := New(Organization{ID: "o", Roles: roles, Databases: test.databases})
			if got := a.Evaluate(holder(strings.Fields(test.roles)...), Question{What: mustParse(t, "drop-keyspaces"), Place: parsePlace(test.place)}).Now; got != test.want {
				t.Errorf("want %q, got %q", test.want, got)
			}
		})
	}
}

func TestParseWhatNeverGuesses(t *testing.T) {
	for name, near := range map[string]string{"read-row": "read-rows", "org-db-veiw": "org-db-view", "zzzzzz": ""} {
		_, err := ParseWhat(name)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), near) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := mustParse(t, "see-people").By(REST); err == nil {
		t.Error("limited a capability that uses no data API")
	}
	if _, err := mustParse(t, "read-rows").By("soap"); err == nil {
		t.Error("accepted an unknown API")
	}
}

func TestPlaceAsJSON(t *testing.T) {
	text, err := json.Marshal([]Place{{}, {Database: "d", DatabaseName: "orders", Keyspace: "app"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"database":null,"keyspace":null,"table":null},{"database":{"id":"d","name":"orders"},"keyspace":"app","table":null}]`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}
