package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/devops"
)

func TestWithUnread(t *testing.T) {
	t.Parallel()
	known := []devops.Role{{ID: "1", Name: "one"}}
	got := includeUnreadable(known, []devops.RoleRef{{ID: "1", Name: "one"}, {ID: "2", Name: "hidden"}})
	want := []devops.Role{{ID: "1", Name: "one"}, {ID: "2", Name: "hidden"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
