package applytest

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// terraformRoles are the bodies that resource astra_role of the Terraform provider sends
// for the two roles in examples/resources/astra_role/resource.tf of
// datastax/terraform-provider-astra.
const terraformRoles = `{"name":"puppies","policy":{"actions":["db-all-keyspace-create"],"description":"test role","effect":"allow","resources":["drn:astra:org:ORG"]}}
{"name":"puppies 2","policy":{"actions":["accesslist-read","db-all-keyspace-describe","db-keyspace-describe","db-table-select","db-table-describe","db-graphql","db-rest","db-cql"],"description":"complex role","effect":"allow","resources":["drn:astra:org:ORG","drn:astra:org:ORG:db:DB","drn:astra:org:ORG:db:DB:keyspace:system_schema:table:*","drn:astra:org:ORG:db:DB:keyspace:system:table:*","drn:astra:org:ORG:db:DB:keyspace:system_virtual_schema:table:*","drn:astra:org:ORG:db:DB:keyspace:*","drn:astra:org:ORG:db:DB:keyspace:*:table:*"]}}`

// TestTerraformRole creates roles as the Terraform provider does: the plan of their export
// is empty, also after another organization has got them by it.
func TestTerraformRole(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.load(s.small())
	status, err := s.server.Status()
	testkit.Check(t, err)
	client := http.Client{Transport: s.server.RoundTripper()}
	for body := range strings.Lines(strings.NewReplacer("ORG", s.orgID, "DB", s.dbs[0].ID).Replace(terraformRoles)) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/v2/organizations/roles", bytes.NewReader([]byte(body)))
		testkit.Check(t, err)
		r.Header.Set("Authorization", "Bearer "+status.Token)
		r.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(r)
		testkit.Check(t, err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusCreated {
			t.Fatalf("status %d of %s", answer.StatusCode, body)
		}
	}
	made, exported := s.look().withoutIDs(s), s.export()
	file := s.write("a.yaml", exported)
	if out := s.must("org", "plan", "-f", file); !strings.HasPrefix(out, "No changes") && !strings.Contains(out, "\nNo changes") {
		t.Errorf("the plan of the export:\n%s", out)
	}
	s.load(s.small())
	s.must(allowing("org", "apply", "-f", file)...)
	if got := s.look().withoutIDs(s); got != made {
		t.Errorf("applied elsewhere (-want +got):\n%s\n%s", cmp.Diff(made, got), exported)
	}
	s.must("org", "plan", "-f", file)
}
