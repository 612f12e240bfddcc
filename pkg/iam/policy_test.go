package iam

import (
	"slices"
	"testing"
)

func TestAllows(t *testing.T) {
	p := Policy{Effect: Allow, Actions: []string{"org-read", "db-table-select"}, Resources: []string{
		"drn:astra:org:o", "not a name", "drn:astra:org:o:db:d:keyspace:k:table:*",
	}}
	denied := p
	denied.Effect = "deny"
	for _, test := range []struct {
		policy Policy
		action string
		on     string
		want   bool
	}{
		{p, "org-read", "o", true},
		{p, "org-read", "other", false},
		{p, "org-write", "o", false},
		{p, "db-table-select", "o:db:d:keyspace:k:table:t", true},
		{p, "db-table-select", "o:db:d:keyspace:other:table:t", false},
		{p, "db-table-select", "o:db:d:keyspace:k", false},
		{p, "", "o", false},
		{denied, "org-read", "o", false},
		{Policy{}, "org-read", "o", false},
	} {
		if got := test.policy.Allows(test.action, drn(t, test.on)); got != test.want {
			t.Errorf("%s on %s: want %t", test.action, test.on, test.want)
		}
	}
}

func TestDefaultRolesAllowWhatTheyList(t *testing.T) {
	targets := map[ResourceLevel]DRN{
		DepthOrganization: drn(t, "o"), DepthDatabase: drn(t, "o:db:d"),
		DepthKeyspace: drn(t, "o:db:d:keyspace:k"), DepthTable: drn(t, "o:db:d:keyspace:k:table:t"),
	}
	for _, r := range DefaultRoles() {
		for _, p := range Permissions() {
			want := slices.Contains(r.Policy.Actions, p.Parameter)
			if got := r.Policy.Allows(p.Parameter, targets[Level(p.Parameter)]); got != want {
				t.Errorf("%s, %s: want %t", r.Name, p.Parameter, want)
			}
		}
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add("org-read", "drn:astra:org:o", "allow")
	f.Add("db-cql", "drn:astra:org:o:db:*:keyspace:a*:table:t", "")
	f.Add("View DB", "drn:astra:org:o:stream:*", "deny")
	f.Fuzz(func(t *testing.T, action, resource, effect string) {
		p := Policy{Actions: []string{action}, Resources: []string{resource}, Effect: effect}
		d, readable := DescribeResource(resource)
		if got, want := p.Allows(action, d), readable && effect == Allow; got != want {
			t.Errorf("allowed on its own resource: want %t", want)
		}
		for _, finding := range Lint(p) {
			if finding.Rule == "" || finding.Severity.rank() < 0 {
				t.Errorf("%+v", finding)
			}
			for _, r := range finding.Message {
				if r < ' ' {
					t.Errorf("a control character in %q", finding.Message)
				}
			}
		}
	})
}
