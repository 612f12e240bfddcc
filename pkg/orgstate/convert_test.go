package orgstate

import (
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
)

// TestPending takes a user for invited by a known word only.
func TestPending(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]bool{"active": false, "ACTIVE": false, "": false, "enabled": false, "invited": true, "Invited": true, "PENDING": true} {
		if got := User(devops.User{Status: status}).Pending; got != want {
			t.Errorf("status %q is pending: %v", status, got)
		}
	}
}
