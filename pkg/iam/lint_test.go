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
		name, actions, resources string // resources are suffixes of names; the organization is always included
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
				if !strings.HasSuffix(f.Message, ".") && !strings.HasSuffix(f.Message, "?") {
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
		{"effect", SeverityError, `A policy with the effect "deny" grants nothing. Set its effect to "allow".`},
		{"unreachable-action", SeverityError, `This role lists no organization, which Write User (org-user-write) requires. Add drn:astra:org:o.`},
		{"unknown-action", SeverityWarning, `"View DB" is not a known permission and may grant nothing, even if the service accepts it. Did you mean org-db-view?`},
		{"unknown-action", SeverityWarning, `"zzz" is not a known permission and may grant nothing, even if the service accepts it. Look it up with astra permission list.`},
		{"database-name", SeverityWarning, `"x" is not a database ID and may match nothing. Use the ID of the database.`},
		{"privilege-escalation", SeverityWarning, `Holders of this role can obtain the permissions of any other role by Write User (org-user-write). Grant it to administrators only.`},
		{"ui-access", SeverityInfo, `People with this role cannot use the Portal. Add Read User (org-user-read) and View DB (org-db-view), or ignore this for service accounts.`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestLintNamesNoOrganizationWithoutResources(t *testing.T) {
	got := Lint(Policy{Effect: Allow, Actions: []string{"org-user-read", "org-db-view"}})
	want := []Finding{
		{"unreachable-action", SeverityError, "This role lists no organization, which Read User (org-user-read) requires. Add drn:astra:org:ORG."},
		{"unreachable-action", SeverityError, "This role lists no database, which View DB (org-db-view) requires. Add drn:astra:org:ORG:db:* or the same for one database."},
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
