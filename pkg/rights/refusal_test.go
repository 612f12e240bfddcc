package rights

import (
	"slices"
	"testing"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/iam"
)

// TestNearestRole tells which role of a token a refusal names, and the command.
func TestNearestRole(t *testing.T) {
	t.Parallel()
	everywhere, demo := iam.Scope{Database: iam.Wildcard}, iam.Scope{Database: "d1"}
	role := func(id, name string, scope iam.Scope, actions ...string) access.Role {
		return access.Role{Role: iam.Role{ID: id, Name: name, Policy: iam.Policy{Effect: iam.Allow, Actions: actions, Resources: resources(scope, actions...)}}}
	}
	hidden := access.Role{Role: iam.Role{ID: "h", Name: "Hidden"}, Unreadable: true}
	inDemo := access.Place{Database: "d1"}
	wide := func(id, name string) access.Role { return role(id, name, everywhere, "org-db-view", "org-token-read") }
	narrow := func(id, name string) access.Role { return role(id, name, demo, "org-db-view", "org-db-suspend") }
	const lacks = ", which lacks org-db-terminate"
	for _, c := range []struct {
		name, what string
		place      access.Place
		known      bool
		roles      []access.Role
		holders    map[string]int // other tokens with a role
		want       cli.RefusalAdvice
	}{
		{
			"the narrow role, which is last by name", "org-db-terminate", inDemo, true,
			[]access.Role{wide("w", "A wide"), narrow("n", "Z demo")},
			nil,
			cli.RefusalAdvice{Hint: "nearest role of the token: Z demo" + lacks, Command: "astra role update 'Z demo' --add-permission org-db-terminate"},
		},
		{
			"the narrow role, which is first by name", "org-db-terminate", inDemo, true,
			[]access.Role{narrow("n", "A demo"), wide("w", "Z wide")},
			nil,
			cli.RefusalAdvice{Hint: "nearest role of the token: A demo" + lacks, Command: "astra role update 'A demo' --add-permission org-db-terminate"},
		},
		{
			"the role with fewer holders", "org-db-terminate", inDemo, true,
			[]access.Role{narrow("a", "A demo"), narrow("b", "B demo")},
			map[string]int{"a": 2, "b": 1},
			cli.RefusalAdvice{Hint: "nearest role of the token: B demo" + lacks, Command: "astra role update 'B demo' --add-permission org-db-terminate"},
		},
		{
			"a wide role, if there is no other", "org-db-terminate", inDemo, true,
			[]access.Role{wide("w", "Wide")},
			nil,
			cli.RefusalAdvice{
				Hint:    "nearest role of the token: Wide" + lacks + "; extending it also permits org-db-terminate in all databases",
				Command: "astra role update Wide --add-permission org-db-terminate",
			},
		},
		{
			"the permission, and not the place, if that is unknown", "org-db-terminate",
			access.Place{},
			false,
			[]access.Role{wide("w", "A wide"), narrow("n", "Z demo")},
			nil,
			cli.RefusalAdvice{
				Hint:    "nearest role of the token: Z demo" + lacks + "; extending it also permits org-db-terminate in demo",
				Command: "astra role update 'Z demo' --add-permission org-db-terminate",
			},
		},
		{
			"a place that a role lacks", "org-db-suspend",
			access.Place{Database: "d2"},
			true,
			[]access.Role{narrow("n", "Z demo")},
			nil,
			cli.RefusalAdvice{
				Hint: "nearest role of the token: Z demo has that permission only at demo",
				Command: "astra role update 'Z demo' --resource drn:astra:org:" + org + " --resource drn:astra:org:" + org + ":db:d1" +
					" --resource drn:astra:org:" + org + ":db:d2",
			},
		},
		{
			"another role than the one that explains", "org-db-suspend",
			access.Place{Database: "d2"},
			true,
			[]access.Role{narrow("a", "A demo"), narrow("b", "B demo")},
			map[string]int{"a": 2},
			cli.RefusalAdvice{
				Hint: "nearest role of the token: B demo, which has org-db-suspend only elsewhere",
				Command: "astra role update 'B demo' --resource drn:astra:org:" + org + " --resource drn:astra:org:" + org + ":db:d1" +
					" --resource drn:astra:org:" + org + ":db:d2",
			},
		},
		{
			"a place that a role lacks, which is not known", "org-db-suspend",
			access.Place{},
			false,
			[]access.Role{narrow("n", "Z demo")},
			nil,
			cli.RefusalAdvice{Hint: "the token has org-db-suspend only at demo"},
		},
		{
			"no command for a permission that gives all others", "org-token-write",
			access.Place{},
			true,
			[]access.Role{wide("w", "Wide")},
			nil,
			cli.RefusalAdvice{Hint: "nearest role of the token: Wide, which lacks org-token-write"},
		},
		{
			"only default roles", "org-db-terminate", inDemo, true,
			[]access.Role{defaultRole(t, "RO User")},
			nil,
			cli.RefusalAdvice{Hint: "the token has only default roles, which cannot be changed: RO User"},
		},
		{"a role that cannot be read", "org-db-terminate", inDemo, true, []access.Role{wide("w", "Wide"), hidden}, nil, cli.RefusalAdvice{}},
		{"a part, and a role that cannot be read", "org-db-suspend", access.Place{}, false, []access.Role{narrow("n", "Z demo"), hidden}, nil, cli.RefusalAdvice{}},
		{"roles that permit it", "org-db-view", inDemo, true, []access.Role{narrow("n", "Z demo")}, nil, cli.RefusalAdvice{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			editor := role("e", "Editor", everywhere, "org-role-write")
			s := &Snapshot{Session: &cli.Session{ClientID: "me"}}
			s.Organization = access.Organization{ID: org, Databases: []access.Database{{ID: "d1", Name: "demo"}, {ID: "d2", Name: "shop"}}}
			s.Roles = append(slices.Clone(c.roles), editor)
			token := access.Principal{Kind: access.Token, ID: "c1", Name: "c1", Status: access.Active}
			for _, r := range c.roles {
				token.Roles = append(token.Roles, r.ID)
				for range c.holders[r.ID] {
					s.Principals = append(s.Principals, access.Principal{Kind: access.Token, ID: "other", Roles: []string{r.ID}})
				}
			}
			me := access.Principal{Kind: access.Token, ID: "me", Roles: []string{editor.ID}}
			s.Principals = append(s.Principals, token, me)
			w, err := access.ParseWhat(c.what)
			if err != nil {
				t.Fatal(err)
			}
			got := s.nearestRole(s.Analyzer().Explain(token, access.Question{What: w, Place: c.place}), c.known)
			if got != c.want {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
			s.Principals[len(s.Principals)-1].Roles = []string{} // which may not change roles
			got = s.nearestRole(s.Analyzer().Explain(token, access.Question{What: w, Place: c.place}), c.known)
			if got.Others != (c.want.Command != "") {
				t.Errorf("Others is %t for %q", got.Others, got.Command)
			}
		})
	}
}

func defaultRole(t *testing.T, name string) access.Role {
	t.Helper()
	all := iam.DefaultRoles()
	i := slices.IndexFunc(all, func(r iam.Role) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("there is no default role %s", name)
	}
	return access.Role{Role: all[i]}
}

// TestCapabilitiesLines summarizes what a principal can do.
func TestCapabilitiesLines(t *testing.T) {
	t.Parallel()
	demo, shop := access.Place{Database: "d1", DatabaseName: "demo"}, access.Place{Database: "d2", DatabaseName: "shop"}
	entry := func(name string, answer access.Verdict, places ...access.Place) access.Entry {
		return access.Entry{What: access.What{Name: name}, Answer: answer, Places: places}
	}
	for _, c := range []struct {
		name string
		in   Capabilities
		want []string
	}{
		{"unread", Capabilities{}, nil},
		{"none", Capabilities{entries: []access.Entry{}}, []string{"nothing"}},
		{"none and a permission", Capabilities{entries: []access.Entry{}, permissions: []string{"db-table-describe"}}, []string{"no capability; 1 permission: db-table-describe"}},
		{"unknown", Capabilities{entries: []access.Entry{}, unknown: "role X cannot be read"}, []string{"unknown: role X cannot be read"}},
		{
			"more that is unknown",
			Capabilities{entries: []access.Entry{entry("a", access.Yes, demo), entry("b", access.Unknown)}, unknown: "role X cannot be read"},
			[]string{"a in demo", "more is unknown: role X cannot be read"},
		},
		{"uncertain", Capabilities{entries: []access.Entry{entry("a", access.Unclear, demo), entry("b", access.Yes, demo)}}, []string{"a in demo, perhaps", "b in demo"}},
		{
			"many in one place",
			Capabilities{entries: []access.Entry{entry("a", access.Yes, demo), entry("b", access.Yes, demo), entry("c", access.Yes, demo), entry("d", access.Yes, demo), entry("e", access.Yes, demo), entry("f", access.Yes, demo), entry("g", access.Yes, demo)}},
			[]string{"a, b, c, d, e, 2 more in demo"},
		},
		{
			"many places",
			Capabilities{entries: []access.Entry{entry("a", access.Yes, demo), entry("b", access.Yes, shop), entry("c", access.Yes, demo, shop), entry("d", access.Yes, access.Place{})}},
			[]string{"a in demo", "b in shop", "c in demo, shop", "and more in other places"},
		},
		{"everything", Capabilities{entries: []access.Entry{entry("a", access.Yes, demo), entry(access.Administer, access.Yes)}}, []string{"everything that an Organization Administrator can"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.in.Lines(); !slices.Equal(got, c.want) {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}
