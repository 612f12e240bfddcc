package iam

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const someDB = "0aeb53ed-efa7-430b-ba57-e6c1a6adefb9"

func TestLintRules(t *testing.T) {
	everywhere := ":db:* :db:*:keyspace:* :db:*:keyspace:*:table:*"
	for _, test := range []struct {
		name, actions, resources string // resources are ends of names; the organization is always there
		want                     string
	}{
		{"the console needs two permissions", "org-user-read org-db-view", ":db:*", ""},
		{"half of them do not do", "org-db-view", ":db:*", "info ui-access"},
		{"a role for programs", "db-rest db-table-select", everywhere, "info ui-access"},
		{"no API", "org-user-read org-db-view db-table-select", everywhere, "error no-api-access"},
		{"keyspaces are also made without a data API", "org-user-read org-db-view db-keyspace-create db-keyspace-drop", everywhere, ""},
		{"nothing to read", "org-user-read org-db-view db-cql", everywhere, "info nothing-to-access"},
		{"an unknown action", "org-user-read org-db-view org-db-veiw", ":db:*", "warning unknown-action"},
		{"a console name is no parameter", "org-user-read org-db-view Terminate", ":db:*", "warning unknown-action"},
		{"a database without keyspaces", "org-user-read org-db-view db-rest db-table-select", ":db:*", "error unreachable-action"},
		{"a keyspace without its database", "org-user-read db-keyspace-drop", ":db:" + someDB + ":keyspace:k", "error missing-parent, info ui-access"},
		{"a database is covered by all of them", "org-user-read org-db-view", ":db:* :db:" + someDB + ":keyspace:k", ""},
		{"a table without its keyspace", "org-user-read org-db-view", ":db:" + someDB + " :db:" + someDB + ":keyspace:k:table:t", "error missing-parent"},
		{"a parent missed twice", "org-user-read org-db-view", ":db:" + someDB + " :db:" + someDB + ":keyspace:k:table:t :db:" + someDB + ":keyspace:k:table:u", "error missing-parent"},
		{"system tables do without their keyspace", "org-user-read org-db-view", ":db:* :db:*:keyspace:system:table:*", ""},
		{"a name that is none", "org-user-read org-db-view", ":db:* :table:t", "error unreadable-resource"},
		{"a pattern", "org-user-read org-db-view", ":db:* :db:*:keyspace:* :db:*:keyspace:app_*", "error partial-wildcard"},
		{"a database by its name", "org-user-read org-db-view", ":db:demo", "warning database-name"},
		{"streams", "org-user-read org-db-view org-stream-manage", ":db:*", "warning stream-resource"},
		{"streams that are there", "org-user-read org-db-view org-stream-manage", ":db:* :stream:*", ""},
		{"drivers read system keyspaces", "org-user-read org-db-view db-cql db-table-select", ":db:* :db:*:keyspace:k :db:*:keyspace:k:table:*", "warning system-keyspaces"},
		{"a way up", "org-user-read org-db-view org-token-write", ":db:*", "warning privilege-escalation"},
		{"the gravest first", "org-token-write db-table-select", "", "error unreachable-action, error no-api-access, warning privilege-escalation, info ui-access"},
		{"no permission", "", ":db:*", "error no-actions, info ui-access"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range Lint(policy(test.actions, test.resources)) {
				got = append(got, fmt.Sprintf("%s %s", f.Severity, f.Rule))
				if !strings.HasSuffix(f.Message, ".") {
					t.Errorf("%q is no sentence", f.Message)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func policy(actions, resources string) Policy {
	p := Policy{Actions: strings.Fields(actions), Resources: []string{"drn:astra:org:o"}, Effect: Allow}
	for end := range strings.FieldsSeq(resources) {
		p.Resources = append(p.Resources, "drn:astra:org:o"+end)
	}
	return p
}

func TestLintMessages(t *testing.T) {
	got := Lint(Policy{Effect: "deny", Actions: []string{"org-user-write", "View DB", "zzz"}, Resources: []string{"drn:astra:org:o:db:x"}})
	want := []Finding{
		{"effect", SeverityError, `A policy with the effect "deny" permits nothing; set its effect to "allow", the only one there is.`},
		{"unreachable-action", SeverityError, `The role lists no organization, where Write User (org-user-write) would be checked; add drn:astra:org:o.`},
		{"unknown-action", SeverityWarning, `"View DB" is no permission that we know, so it may grant nothing even if the service accepts it; perhaps org-db-view is meant.`},
		{"unknown-action", SeverityWarning, `"zzz" is no permission that we know, so it may grant nothing even if the service accepts it; look it up in the list of permissions.`},
		{"database-name", SeverityWarning, `"x" is not the id of a database, so what is granted on it may match nothing; put the database's id in its place.`},
		{"privilege-escalation", SeverityWarning, `The limits of this role can be got round with Write User (org-user-write), which may give its holder the rights of any other role; leave that to administrators.`},
		{"ui-access", SeverityInfo, `People with this role cannot use the web console; add Read User (org-user-read) and View DB (org-db-view), unless only programs are to hold it.`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestLintNamesNoOrganizationWithoutResources(t *testing.T) {
	got := Lint(Policy{Effect: Allow, Actions: []string{"org-user-read", "org-db-view"}})
	want := []Finding{
		{"unreachable-action", SeverityError, "The role lists no organization, where Read User (org-user-read) would be checked; add drn:astra:org:ORG."},
		{"unreachable-action", SeverityError, "The role lists no database, where View DB (org-db-view) would be checked; add drn:astra:org:ORG:db:*, or the like for one database."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDefaultRolesHaveNoErrors(t *testing.T) {
	for _, r := range DefaultRoles() {
		for _, f := range Lint(r.Policy) {
			if f.Severity == SeverityError {
				t.Errorf("%s: %s", r.Name, f.Message)
			}
		}
	}
}
