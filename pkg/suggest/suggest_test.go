package suggest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/suggest"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	roles := []string{"R/W User", "RO User", "API RO User", "Organization Administrator", "Billing Admin", "UI View Only"}
	for _, c := range []struct {
		want  string
		names []string
		near  []string
	}{
		{"RO Usr", roles, []string{"RO User"}},
		{"ro user", roles, []string{"RO User", "API RO User", "R/W User"}},
		{"Administrator", roles, []string{"Organization Administrator"}},
		{"lst", []string{"list", "get", "invite"}, []string{"list"}},
		{"ilst", []string{"list"}, []string{"list"}},
		{"database", roles, nil},
		{"x", []string{"longer"}, nil},
		{"", roles, nil},
		{"x", []string{"", "xs"}, []string{"xs"}},
		{"demo", nil, nil},
		{"naïve", []string{"naive"}, []string{"naive"}},
	} {
		if diff := cmp.Diff(c.near, suggest.Nearest(c.want, c.names)); diff != "" {
			t.Errorf("%q: %s", c.want, diff)
		}
	}
}
