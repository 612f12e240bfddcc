package rights

import (
	"errors"
	"testing"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
)

// TestReason says of a part that it is all only if every role can be read.
func TestReason(t *testing.T) {
	t.Parallel()
	part := access.Role{Role: iam.Role{ID: "part", Name: "Part", Policy: iam.Policy{
		Effect: iam.Allow, Actions: []string{"org-db-view"}, Resources: []string{"drn:astra:org:" + org + ":db:d1"},
	}}}
	hidden := access.Role{Role: iam.Role{ID: "hidden", Name: "Hidden"}, Unreadable: true}
	analyzer := access.New(access.Organization{ID: org, Roles: []access.Role{part, hidden}, Databases: []access.Database{{ID: "d1", Name: "demo"}, {ID: "d2", Name: "shop"}}})
	w, err := access.ParseWhat("see-databases")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		roles  []string
		any    bool
		want   string
		status error
	}{
		{[]string{"part"}, false, "ana can see databases only in demo", exit.ErrNegative},
		{[]string{"part"}, true, "ana can see databases only in demo", nil},
		{[]string{"part", "hidden"}, false, "ana can see databases in demo; it is unknown whether elsewhere too: role Hidden cannot be read", exit.ErrUndecided},
		{[]string{"part", "hidden"}, true, "ana can see databases in demo; it is unknown whether elsewhere too: role Hidden cannot be read", nil},
		{[]string{"hidden"}, true, "it is unknown whether ana can see databases in all databases: role Hidden cannot be read", exit.ErrUndecided},
	} {
		q := access.Question{What: w, Any: c.any}
		a := analyzer.Explain(access.Principal{Kind: access.User, ID: "u", Name: "ana", Roles: c.roles}, q)
		if got := Reason(q, a); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		if status := Status(q, a); !errors.Is(status, c.status) {
			t.Errorf("%s: %v", c.want, status)
		}
	}
}
