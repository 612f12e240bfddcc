package iam

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResources(t *testing.T) {
	rest, view, invite := []string{"db-rest"}, []string{"org-user-read", "org-db-view"}, []string{"org-user-write"}
	for _, test := range []struct {
		name    string
		scopes  []Scope
		actions []string
		want    string // suffixes of names
	}{
		{"everything", nil, rest, ":db:* :db:*:keyspace:* :db:*:keyspace:*:table:*"},
		{"everything, in words", []Scope{{"*", "*", "*"}}, rest, ":db:* :db:*:keyspace:* :db:*:keyspace:*:table:*"},
		{"a database", []Scope{{Database: "d"}}, rest, ":db:d :db:d:keyspace:* :db:d:keyspace:*:table:*"},
		{"a keyspace", []Scope{{"d", "k", ""}}, rest, ":db:d :db:d:keyspace:k :db:d:keyspace:k:table:* " +
			":db:d:keyspace:system:table:* :db:d:keyspace:system_schema:table:* :db:d:keyspace:system_virtual_schema:table:*"},
		{"a table", []Scope{{"d", "tk", "t"}}, rest, ":db:d :db:d:keyspace:tk " +
			":db:d:keyspace:system:table:* :db:d:keyspace:system_schema:table:* :db:d:keyspace:system_virtual_schema:table:* :db:d:keyspace:tk:table:t"},
		{"a table of any keyspace", []Scope{{"d", "", "t"}}, rest, ":db:d :db:d:keyspace:* :db:d:keyspace:*:table:t " +
			":db:d:keyspace:system:table:* :db:d:keyspace:system_schema:table:* :db:d:keyspace:system_virtual_schema:table:*"},
		{"two tables of a keyspace", []Scope{{"d", "k", "u"}, {"d", "k", "t"}}, rest, ":db:d :db:d:keyspace:k :db:d:keyspace:k:table:t :db:d:keyspace:k:table:u " +
			":db:d:keyspace:system:table:* :db:d:keyspace:system_schema:table:* :db:d:keyspace:system_virtual_schema:table:*"},
		{"two databases", []Scope{{Database: "e"}, {Database: "d"}}, rest, ":db:d :db:e :db:d:keyspace:* :db:e:keyspace:* :db:d:keyspace:*:table:* :db:e:keyspace:*:table:*"},
		{"seeing a database", []Scope{{"d", "k", ""}}, view, ":db:d"},
		{"the organization", []Scope{{Database: "d"}}, invite, ""},
		{"streams", nil, []string{"org-stream-manage"}, ":stream:*"},
		{"streams and databases", nil, []string{"org-stream-manage", "org-db-view"}, ":db:* :stream:*"},
		{"an unknown action", []Scope{{Database: "d"}}, []string{"org-new"}, ":db:d :db:d:keyspace:* :db:d:keyspace:*:table:*"},
		{"no action yet", []Scope{{Database: "d"}}, nil, ":db:d :db:d:keyspace:* :db:d:keyspace:*:table:*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := []string{"drn:astra:org:o"}
			for end := range strings.FieldsSeq(test.want) {
				want = append(want, "drn:astra:org:o"+end)
			}
			if diff := cmp.Diff(want, Resources("o", test.scopes, test.actions)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestResourcesOfDefaultRolesCanBeCompiled(t *testing.T) {
	for _, r := range DefaultRoles() {
		want := slices.DeleteFunc(r.Policy.Resources, func(name string) bool { return strings.Contains(name, ":role:") })
		got := Resources(OrgPlaceholder, nil, r.Policy.Actions)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", r.Name, diff)
		}
	}
}

func TestScopeCheck(t *testing.T) {
	for _, test := range []struct {
		scope Scope
		want  string
	}{
		{Scope{}, ""},
		{Scope{"d", "*", "t"}, ""},
		{Scope{Keyspace: "a:table:b"}, `keyspace "a:table:b" contains a colon`},
		{Scope{Table: "t*"}, `table "t*" is a pattern; use * only alone, for all`},
		{Scope{Database: "d\n"}, `database "d\n" contains a space or an invisible character`},
		{Scope{Database: "my db"}, `database "my db" contains a space or an invisible character`},
	} {
		got := ""
		if err := test.scope.Check(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%+v: want %q, got %q", test.scope, test.want, got)
		}
	}
}

// FuzzScope checks that the linter accepts the compiled resources.
func FuzzScope(f *testing.F) {
	f.Add("d", "k", "t", "db-cql")
	f.Add("", "", "", "org-stream-manage")
	f.Add("*", "k", "*", "db-table-select")
	f.Add("d", "system", "", "db-keyspace-alter")
	f.Add("d", "", "t", "db-cql")
	f.Fuzz(func(t *testing.T, database, keyspace, table, action string) {
		scope := Scope{database, keyspace, table}
		if scope.Check() != nil {
			return
		}
		names := Resources("o", []Scope{scope}, []string{action})
		for _, finding := range Lint(Policy{Actions: []string{action}, Resources: names, Effect: Allow}) {
			switch finding.Rule {
			case "unreadable-resource", "partial-wildcard", "missing-parent", "unreachable-action", "system-keyspaces", "stream-resource":
				t.Errorf("%+v %s: %s", scope, action, finding.Message)
			default:
			}
		}
	})
}
