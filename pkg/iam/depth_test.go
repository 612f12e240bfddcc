package iam

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLevel(t *testing.T) {
	want := map[ResourceLevel][]string{
		DepthOrganization: {
			"accesslist-read", "accesslist-write", "org-audits-read", "org-billing-read", "org-billing-write",
			"org-cmk-read", "org-cmk-write", "org-db-create", "org-external-auth-read", "org-external-auth-write",
			"org-integrations-read", "org-integrations-write", "org-notification-write", "org-read", "org-role-delete",
			"org-role-read", "org-role-write", "org-stream-manage", "org-token-read", "org-token-write",
			"org-user-read", "org-user-write", "org-write",
		},
		DepthDatabase: {
			"db-all-keyspace-create", "db-all-keyspace-describe", "db-cql", "db-data-import", "db-graphql",
			"db-manage-privateendpoint", "db-manage-region", "db-manage-thirdpartymetrics", "db-rest",
			"org-db-addpeering", "org-db-expand", "org-db-managemigratorproxy", "org-db-passwordreset",
			"org-db-suspend", "org-db-terminate", "org-db-view",
		},
		DepthKeyspace: {
			"db-keyspace-alter", "db-keyspace-authorize", "db-keyspace-create", "db-keyspace-describe",
			"db-keyspace-drop", "db-keyspace-grant", "db-keyspace-modify",
		},
		DepthTable: {
			"db-table-alter", "db-table-authorize", "db-table-create", "db-table-describe", "db-table-drop",
			"db-table-grant", "db-table-modify", "db-table-select",
		},
	}
	got := map[ResourceLevel][]string{}
	for _, p := range Permissions() {
		got[Level(p.Parameter)] = append(got[Level(p.Parameter)], p.Parameter)
	}
	for _, actions := range got {
		slices.Sort(actions)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, unknown := range []string{"", "org-admin", "db-table-explode", "View DB", "ORG-READ"} {
		if got := Level(unknown); got != 0 {
			t.Errorf("%q is checked on the %s", unknown, got)
		}
	}
}

func TestDepth(t *testing.T) {
	for name, want := range map[string]string{
		"o": "organization", "o:db:*": "database", "o:db:d:keyspace:k": "keyspace", "o:db:d:keyspace:k:table:t": "table",
		"o:stream:*": "", "o:role:*": "",
	} {
		if got := drn(t, name).ResourceLevel().String(); got != want {
			t.Errorf("%s: want %q, got %q", name, want, got)
		}
	}
	if got := (DRN{}).ResourceLevel(); got != 0 {
		t.Errorf("nothing is at depth %d", got)
	}
}
