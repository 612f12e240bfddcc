package access

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/iam"
)

// randomOrganization returns an organization of six roles, one of which is deleted, and
// of twelve principals.
func randomOrganization(r *rand.Rand) Organization {
	org := Organization{ID: "o", Databases: []Database{{"a", "orders", []string{"k"}}, {"b", "stock", nil}}}
	ids := []string{"gone"}
	for i := range 5 {
		role := randomRole(r, fmt.Sprintf("r%d", i), []string{
			"org-user-read", "org-db-view", "org-role-write", "db-rest", "db-cql", "db-table-select", "db-table-modify", "db-keyspace-create",
		})
		ids = append(ids, role.ID)
		org.Roles = append(org.Roles, role)
	}
	for i := range 12 {
		p := Principal{Kind: one(r, User, Token), ID: fmt.Sprintf("p%d", i), Name: "p", Status: one(r, Active, Pending, Expired, Revoked)}
		for range r.IntN(4) {
			p.Roles = append(p.Roles, one(r, ids...))
		}
		org.Principals = append(org.Principals, p)
	}
	return org
}

func eachOrganization(t *testing.T, count int, check func(r *rand.Rand, org Organization, a *Analyzer)) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	for range count {
		org := randomOrganization(r)
		check(r, org, New(org))
	}
}

func someWhats(t *testing.T) []What {
	var whats []What
	for _, name := range []string{"use-console", "read-rows", "write-rows", "create-keyspaces", "see-people", "change-roles", Administer, "db-table-select", "db-cql"} {
		whats = append(whats, mustParse(t, name))
	}
	return whats
}

// TestMoreRolesNeverTakeAway adds a role to a principal: a place that was granted stays
// granted in each model, and a yes stays a yes.
func TestMoreRolesNeverTakeAway(t *testing.T) {
	whats := someWhats(t)
	eachOrganization(t, 50, func(r *rand.Rand, org Organization, a *Analyzer) {
		for _, p := range org.Principals {
			more := p
			more.Roles = append(slices.Clone(p.Roles), one(r, "r0", "r1", "r2", "gone"))
			for _, w := range whats {
				q := w.box(randomPlace(r))
				before, after := evaluate(a.holdings(p), w, q), evaluate(a.holdings(more), w, q)
				if before.verdict == Yes && after.verdict != Yes || len(beyond(before, after)) > 0 {
					t.Fatalf("%s: %v became %v\n%+v\n%+v", w.Name, before, after, more, org.Roles)
				}
			}
		}
	})
}

func TestWhoIsEverybodyWhoCan(t *testing.T) {
	whats := someWhats(t)
	eachOrganization(t, 50, func(r *rand.Rand, org Organization, a *Analyzer) {
		q := Question{What: one(r, whats...), Place: randomPlace(r)}
		got := a.Who(q, true)
		var want Population
		for _, kind := range []Kind{User, Token} {
			for _, p := range org.Principals {
				if p.Kind != kind {
					continue
				}
				answer := a.Evaluate(p, q)
				h := Holder{Principal: p, Answer: answer.Answer, Places: answer.Places, Could: a.Could(p)}
				switch answer.Answer {
				case Yes, Partly, Unclear:
					want.Holders = append(want.Holders, h)
				case Unknown:
					want.Unknown = append(want.Unknown, h)
				default:
					if h.Could != nil {
						want.Could = append(want.Could, h)
					}
				}
			}
		}
		for _, h := range got.Holders {
			if len(h.Via) == 0 {
				t.Fatalf("%s: no role of %s is named", q.What.Name, h.Principal.ID)
			}
		}
		for _, list := range [][]Holder{got.Holders, got.Unknown, got.Could} {
			for i := range list {
				list[i].Via = nil
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s at %s: -want +got\n%s", q.What.Name, q.Place, diff)
		}
	})
}

func TestListAgreesWithEvaluateAndExplain(t *testing.T) {
	whats := append(Capabilities(), Permissions()...)
	eachOrganization(t, 1, func(r *rand.Rand, org Organization, a *Analyzer) {
		for _, p := range org.Principals {
			place := randomPlace(r)
			for _, e := range a.List(p, place, whats) {
				q := Question{What: e.What, Place: place}
				want := a.Evaluate(p, q)
				explained := a.Explain(p, q)
				explained.Links, explained.Near, explained.Assumes = want.Links, want.Near, want.Assumes
				if e.Answer != want.Answer || !cmp.Equal(e.Places, want.Places) || !cmp.Equal(want, explained, cmp.AllowUnexported(Atom{})) {
					t.Fatalf("%s at %s: %+v, %+v, %+v", e.What.Name, place, e, want, explained)
				}
			}
		}
	})
}

// TestLinksAgreeWithTheAnswer checks that a yes has only links that hold, a no at least
// one that does not, and that a near role is enough together with those of the
// principal.
func TestLinksAgreeWithTheAnswer(t *testing.T) {
	whats := someWhats(t)
	eachOrganization(t, 20, func(r *rand.Rand, org Organization, a *Analyzer) {
		for _, p := range org.Principals {
			q := Question{What: one(r, whats...), Place: randomPlace(r)}
			got := a.Explain(p, q)
			for _, l := range got.Links {
				if l.Holds != (l.Answer == Yes) || (l.Why == nil) != l.Holds || l.Holds && (l.Resource == nil || l.Role == nil) {
					t.Fatalf("%s: %+v", q.What.Name, l)
				}
				if got.Answer == Yes && !l.Holds {
					t.Fatalf("%s is granted without %s\n%+v", q.What.Name, l.Atom, org.Roles)
				}
			}
			for _, n := range got.Near {
				more := p
				more.Roles = append(slices.Clone(p.Roles), n.Role.ID)
				if answer := a.Evaluate(more, q); !n.Held && answer.Answer != Yes {
					t.Fatalf("%s: %s is not enough\n%+v", q.What.Name, n.Role.Name, org.Roles)
				}
			}
		}
	})
}

func TestDiff(t *testing.T) {
	whats := someWhats(t)
	eachOrganization(t, 30, func(r *rand.Rand, org Organization, a *Analyzer) {
		p, other := one(r, org.Principals...), one(r, org.Principals...)
		if got := a.Diff(p, p, Place{}, whats); len(got) > 0 {
			t.Fatalf("%s differs from itself: %+v", p.ID, got)
		}
		place := randomPlace(r)
		there, back := a.Diff(p, other, place, whats), a.Diff(other, p, place, whats)
		for i := range back {
			back[i].A, back[i].B, back[i].OnlyA, back[i].OnlyB = back[i].B, back[i].A, back[i].OnlyB, back[i].OnlyA
		}
		if diff := cmp.Diff(there, back, cmp.AllowUnexported(Atom{})); diff != "" {
			t.Fatal(diff)
		}
		for _, w := range whats {
			x, y := a.Evaluate(p, Question{What: w, Place: place}), a.Evaluate(other, Question{What: w, Place: place})
			listed := slices.ContainsFunc(there, func(d Difference) bool { return d.What.Name == w.Name })
			if !listed && (x.Answer != y.Answer || x.Models != y.Models || !cmp.Equal(x.Places, y.Places)) {
				t.Fatalf("%s is left out: %+v, %+v", w.Name, x, y)
			}
		}
	})
}

func TestDiffNamesPlaces(t *testing.T) {
	a := New(shop())
	got := a.Diff(holder("rw"), holder("ro", "one-table"), Place{}, []What{mustParse(t, "db-table-modify"), mustParse(t, "db-rest")})
	if len(got) != 1 || format(got[0].OnlyA) != "orders.k.*" || format(got[0].OnlyB) != "" || got[0].A != Partly || got[0].B != Partly {
		t.Errorf("%+v", got)
	}
	twoHidden := shop()
	twoHidden.Roles = append(twoHidden.Roles, Role{Role: iam.Role{ID: "secret"}, Unreadable: true})
	if got := New(twoHidden).Diff(holder("hidden"), holder("secret"), Place{}, []What{mustParse(t, "see-people")}); len(got) != 1 || got[0].A != Unknown || got[0].B != Unknown {
		t.Errorf("two unreadable roles are taken for the same: %+v", got)
	}
	if got := a.Diff(holder("hidden"), holder("other-gone"), Place{}, []What{mustParse(t, "see-people")}); len(got) != 1 || got[0].A != Unknown {
		t.Errorf("what cannot be told is left out: %+v", got)
	}
}

// TestViaNamesWhatGrants leaves out roles and resources that grant nothing at the place,
// and names a role once that is assigned twice.
func TestViaNamesWhatGrants(t *testing.T) {
	org := shop()
	org.Roles = append(org.Roles, newRole("elsewhere", "o:db:e o:db:e:keyspace:*:table:*", "db-rest db-table-modify"))
	org.Principals = []Principal{holder("ro", "one-table", "elsewhere", "one-table")}
	who := New(org).Who(Question{What: mustParse(t, "write-rows"), Place: Place{Database: "d"}}, false)
	var got []string
	for _, v := range who.Holders[0].Via {
		got = append(got, v.Role.ID+" "+v.Resource)
	}
	want := []string{"ro drn:astra:org:o:db:d", "one-table drn:astra:org:o:db:d:keyspace:k:table:t"}
	if diff := cmp.Diff(want, got); diff != "" || who.Verdict() != Yes {
		t.Error(diff, who.Verdict())
	}
}

func TestPopulationVerdict(t *testing.T) {
	rows := func(verdicts ...Verdict) (holders []Holder) {
		for _, v := range verdicts {
			holders = append(holders, Holder{Answer: v})
		}
		return holders
	}
	for _, test := range []struct {
		population Population
		want       Verdict
	}{
		{Population{}, No},
		{Population{Holders: rows(Unclear, Partly)}, Yes},
		{Population{Holders: rows(Unclear), Unknown: rows(Unknown)}, Unclear},
		{Population{Unknown: rows(Unknown), Could: rows(No)}, Unknown},
		{Population{Could: rows(No)}, No},
	} {
		if got := test.population.Verdict(); got != test.want {
			t.Errorf("%v: want %s, got %s", test.population, test.want, got)
		}
	}
}

func TestClasses(t *testing.T) {
	eachOrganization(t, 8, func(_ *rand.Rand, org Organization, a *Analyzer) {
		members := 0
		classes := a.Classes()
		for i, c := range classes {
			members += len(c.Principals)
			for _, other := range classes[:i] {
				x, y := c.Principals[0], other.Principals[0]
				if diff := a.Diff(x, y, Place{}, Permissions()); (c.Rights == other.Rights) != (len(diff) == 0) {
					t.Fatalf("rights %s and %s, but %d differences", c.Rights, other.Rights, len(diff))
				}
			}
			for _, p := range c.Principals {
				if diff := a.Diff(p, c.Principals[0], Place{}, Permissions()); len(diff) > 0 {
					t.Fatalf("%s and %s are in one class: %+v", p.ID, c.Principals[0].ID, diff)
				}
			}
		}
		if members != len(org.Principals) {
			t.Fatalf("%d of %d principals are in a class", members, len(org.Principals))
		}
	})
}

func TestGrants(t *testing.T) {
	got, ok := New(shop()).Grants("rw")
	var lines []string
	for _, g := range got {
		lines = append(lines, fmt.Sprint(g.Place, g.Permissions))
	}
	want := []string{"orders [db-rest]", "orders.k.* [db-table-modify db-table-select]"}
	if diff := cmp.Diff(want, lines); diff != "" || !ok {
		t.Error(diff, ok)
	}
	for _, id := range []string{"hidden", "gone"} {
		if _, ok := New(shop()).Grants(id); ok {
			t.Errorf("%s is readable", id)
		}
	}
}

// TestModelsAgree covers the default roles, and roles that the compiler of scopes makes:
// only a role written by hand can be unclear.
func TestModelsAgree(t *testing.T) {
	check := func(r Role) {
		t.Helper()
		h := holdings{roles: []*role{parseRole("o", r)}}
		for _, w := range Permissions() {
			if e := evaluate(h, w, w.box(Place{})); !slices.Equal(e.strict, e.lenient) {
				t.Fatalf("%s of %v: %v, or %v", w.Name, r.Policy, e.strict, e.lenient)
			}
		}
	}
	for _, r := range iam.DefaultRoles() {
		check(Role{Role: r})
	}
	r := rand.New(rand.NewPCG(5, 6))
	var parameters []string
	for _, p := range iam.Permissions() {
		parameters = append(parameters, p.Parameter)
	}
	for range 300 {
		var actions []string
		for range 1 + r.IntN(4) {
			actions = append(actions, one(r, parameters...))
		}
		var scopes []iam.Scope
		for range r.IntN(3) {
			scopes = append(scopes, one(r, iam.Scope{Database: "a"}, iam.Scope{Database: "a", Keyspace: "k"}, iam.Scope{Database: "b", Keyspace: "k", Table: "t"},
				iam.Scope{Database: "a", Keyspace: "l", Table: "t"}, iam.Scope{Keyspace: "k"}, iam.Scope{Table: "t"}, iam.Scope{}))
		}
		check(Role{Role: iam.Role{ID: "r", Name: "r", Policy: iam.Policy{Effect: iam.Allow, Actions: actions, Resources: iam.Resources("o", scopes, actions)}}})
	}
}
