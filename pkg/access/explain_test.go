package access

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/iam"
)

const tables = "o o:db:d o:db:d:keyspace:k o:db:d:keyspace:k:table:*"

func shop() Organization {
	return Organization{
		ID: "o",
		Roles: []Role{
			newRole("ro", tables, "db-rest db-table-select"),
			newRole("rw", tables, "db-rest db-table-select db-table-modify"),
			newRole("maker", tables, "db-rest db-table-modify org-role-write"),
			newRole("one-table", "o:db:d:keyspace:k:table:t", "db-table-modify"),
			newRole("flat", "o o:db:d", "db-rest db-table-select"),
			{Role: iam.Role{ID: "hidden", Name: "Hidden"}, Unreadable: true},
		},
		Databases: []Database{{"d", "orders", []string{"k"}}},
	}
}

func TestExplain(t *testing.T) {
	for _, test := range []struct{ name, roles, what, place, links, near, assumes string }{
		{
			"a permission is missing", "ro", "write-rows", "d.k.t",
			"yes db-rest orders role ro: / no db-table-modify orders.k.t: no role grants this permission",
			"role ro lacks db-table-modify / role one-table lacks db-rest / role rw lacks nothing / API R/W Svc Acct lacks nothing", "",
		},
		{
			"in part", "ro one-table", "write-rows", "d.k",
			"yes db-rest orders role ro: / partly db-table-modify orders.k.* role one-table: only at orders.k.t",
			"role ro lacks db-table-modify / role rw lacks nothing / API R/W Svc Acct lacks nothing / R/W Svc Acct lacks nothing", "",
		},
		{
			"in part, with an unreadable role", "ro one-table hidden", "db-table-modify", "d.k",
			"partly db-table-modify orders.k.* role one-table: at orders.k.t; role Hidden cannot be read",
			"role rw lacks nothing / API R/W Svc Acct lacks nothing / R/W Svc Acct lacks nothing", "role Hidden cannot be read",
		},
		{
			"elsewhere", "rw", "db-table-modify", "d.x",
			"no db-table-modify orders.x.* role rw: role rw has that permission only at orders.k.*",
			"API R/W Svc Acct lacks nothing / R/W Svc Acct lacks nothing / API R/W User lacks nothing", "",
		},
		{
			"unlisted keyspaces", "flat", "db-table-select", "d.k",
			"unclear db-table-select orders.k.* role flat: role flat lists the database but not its keyspaces",
			"role ro lacks nothing / role rw lacks nothing / API RO Svc Acct lacks nothing", "role flat lists the database but not its keyspaces",
		},
		{
			"unreadable role", "hidden", "see-people", "",
			"unknown org-user-read organization: role Hidden cannot be read", "UI View Only lacks nothing / Billing Admin lacks nothing / API RO User lacks nothing", "role Hidden cannot be read",
		},
		{"no roles", "", "see-people", "", "no org-user-read organization: it has no roles", "UI View Only lacks nothing / Billing Admin lacks nothing / API RO User lacks nothing", ""},
		{"yes", "rw", "write-rows", "d.k.t", "yes db-rest orders role rw: / yes db-table-modify orders.k.t role rw:", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := New(shop()).Explain(holder(strings.Fields(test.roles)...), Question{What: mustParse(t, test.what), Place: parsePlace(test.place)})
			var links, near []string
			for _, l := range got.Links {
				text := string(l.Answer) + " " + l.Atom + " " + l.Place.String()
				if l.Role != nil {
					text += " " + l.Role.Name
				}
				text += ":"
				if l.Why != nil {
					text += " " + *l.Why
				}
				links = append(links, text)
			}
			for _, n := range got.Near {
				lacks := strings.Join(n.Lacks, " ")
				if lacks == "" {
					lacks = "nothing"
				}
				near = append(near, n.Role.Name+" lacks "+lacks)
			}
			assumes := ""
			if got.Assumes != nil {
				assumes = *got.Assumes
			}
			if diff := cmp.Diff(test.links, strings.Join(links, " / ")); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.near, strings.Join(near, " / ")); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.assumes, assumes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUnreadableRole leaves open for how much of the place an answer holds, and whether it
// is a no, if a role cannot be read.
func TestUnreadableRole(t *testing.T) {
	for _, test := range []struct {
		roles, what, place string
		want               Verdict
		now                Extent
		undecided          bool
	}{
		{"hidden", "db-table-modify", "d.k", Unknown, "", true},
		{"one-table hidden", "db-table-modify", "d.k", Partly, "", true},
		{"one-table", "db-table-modify", "d.k", Partly, Some, false},
		{"rw hidden", "db-table-modify", "d.k", Yes, All, false},
		{"flat", "db-table-select", "d.k", Unclear, None, true},
		{"ro", "db-table-modify", "d.k", No, None, false},
	} {
		a := New(shop()).Explain(holder(strings.Fields(test.roles)...), Question{What: mustParse(t, test.what), Place: parsePlace(test.place)})
		if a.Answer != test.want || a.Now != test.now || a.Undecided() != test.undecided {
			t.Errorf("%s: %s, now %q, undecided %v", test.roles, a.Answer, a.Now, a.Undecided())
		}
	}
}

// TestDiffIsCertain compares principals of which one has a role that cannot be read: it may
// make up for what is missing.
func TestDiffIsCertain(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"rw", "ro", true},
		{"rw", "one-table hidden", false},
		{"one-table hidden", "rw", false},
		{"rw hidden", "one-table", true},
		{"rw hidden", "ro hidden", false},
		{"hidden", "ro", false},
	} {
		differences := New(shop()).Diff(holder(strings.Fields(test.a)...), holder(strings.Fields(test.b)...), Place{}, []What{mustParse(t, "db-table-modify")})
		if len(differences) != 1 || differences[0].Certain != test.want {
			t.Errorf("%s and %s: %+v", test.a, test.b, differences)
		}
	}
}

func TestAnswerAsJSON(t *testing.T) {
	got, err := json.Marshal(New(shop()).Explain(holder("rw"), Question{What: mustParse(t, "db-table-modify"), Place: parsePlace("d.k.t")}))
	if err != nil {
		t.Fatal(err)
	}
	place := `{"database":{"id":"d","name":"orders"},"keyspace":"k","table":"t"}`
	want := `{"answer":"yes","what":"db-table-modify","place":` + place + `,"principal":{"kind":"token","id":"t","name":"service","status":"active"},` +
		`"places":[` + place + `],"now":"all","future":true,"models":{"strict":"yes","lenient":"yes"},"links":[{"atom":"db-table-modify","place":` + place +
		`,"holds":true,"answer":"yes","role":{"id":"rw","name":"role rw"},"resource":"drn:astra:org:o:db:d:keyspace:k:table:*","why":null}],` +
		`"near":[],"fix":[],"assumes":null}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
