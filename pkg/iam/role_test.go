package iam

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorded is a role in testdata/default_roles.json.
type recorded struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Resources []string `json:"resources"`
	Actions   []string `json:"actions"`
}

func TestDefaultRolesAreTheRecordedOnes(t *testing.T) {
	text, err := os.ReadFile("testdata/default_roles.json")
	if err != nil {
		t.Fatal(err)
	}
	var roles []recorded
	if err := json.Unmarshal(text, &roles); err != nil {
		t.Fatal(err)
	}
	var want []Role
	for _, r := range roles {
		want = append(want, Role{r.ID, r.Name, Policy{Description: r.Name, Resources: r.Resources, Actions: r.Actions, Effect: "allow"}})
	}
	if len(want) != 16 {
		t.Errorf("want 16 recorded roles, got %d", len(want))
	}
	if diff := cmp.Diff(want, DefaultRoles()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDefaultRolesAreDeepCopies(t *testing.T) {
	changed := DefaultRoles()[0]
	changed.Policy.Actions[0], changed.Policy.Resources[0] = "changed", "changed"
	if fresh := DefaultRoles()[0]; cmp.Equal(changed.Policy.Actions, fresh.Policy.Actions) || cmp.Equal(changed.Policy.Resources, fresh.Policy.Resources) {
		t.Error("a caller can change a default role")
	}
}

func TestDefaultRole(t *testing.T) {
	for _, want := range DefaultRoles() {
		if got, found := DefaultRole(want.ID); !found || !cmp.Equal(want, got) {
			t.Errorf("%s: got %v, %t", want.ID, got, found)
		}
	}
	if r, found := DefaultRole("AD0566B5-2A67-49DE-89E8-92258C2F2C98"); found {
		t.Errorf("found %s", r.Name)
	}
}

func TestDefaultRolesWith(t *testing.T) {
	for action, want := range map[string][]string{
		"org-role-write":        {"Organization Administrator"},
		"org-token-read":        {"Database Administrator", "Organization Administrator"},
		"org-read":              {"Admin User", "Organization Administrator"},
		"org-stream-manage":     {"API Admin Svc Acct", "API Admin User", "Admin Svc Acct", "Organization Administrator"},
		"org-db-view":           {"UI View Only", "Billing Admin", "API RO User", "API R/W User", "RO User", "R/W User", "API Admin Svc Acct", "API Admin User", "Admin Svc Acct", "Admin User", "Database Administrator", "Organization Administrator"},
		"org-integrations-read": nil,
		"":                      nil,
	} {
		var got []string
		for _, r := range DefaultRolesWith(action) {
			got = append(got, r.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", action, diff)
		}
	}
}

func TestDisplayName(t *testing.T) {
	for id, want := range map[string]string{
		"b4ed0e9e-67e8-47b6-8b58-c6629be961a9": "Read/Write Service Account",
		"43745b73-ad46-46e4-b826-c15d06d2cea0": "Administrator User",
		"5dc84d0d-4fdd-4ec2-a223-71341b6d7685": "API Read Only User",
		"c5fabb3c-1ae1-4648-898f-d3b98167d62e": "Billing Administrator",
		"a25baf86-1bde-43d2-86ac-647e3d884bac": "UI View Only",
		"ad0566b5-2a67-49de-89e8-92258c2f2c98": "Organization Administrator",
		"custom":                               "",
	} {
		if got := DisplayName(id); got != want {
			t.Errorf("%s: want %q, got %q", id, want, got)
		}
	}
}

func TestMatrix(t *testing.T) {
	var roles []string
	for _, row := range Matrix() {
		for _, r := range []Role{row.Administrator, row.ReadWrite, row.ReadOnly} {
			name := DisplayName(r.ID)
			for word := range strings.FieldsSeq(row.Kind) {
				if !strings.Contains(name, word) {
					t.Errorf("%s: %q", row.Kind, name)
				}
			}
			roles = append(roles, r.ID)
		}
	}
	slices.Sort(roles)
	if n := len(slices.Compact(roles)); n != 12 {
		t.Errorf("%d roles, want 12", n)
	}
}
