package accesslist

import (
	"testing"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/devops"
)

// Addresses that cannot be added may be on an existing list, and can be
// removed.
func TestLeavingIPv6(t *testing.T) {
	t.Parallel()
	on := devops.Address{Address: "2001:db8::/32", Enabled: true}
	networks, faults := bulk.Networks([]string{"2001:DB8::/32"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	found, err := remove{}.entriesToRemove(target{name: "demo"}, networks, devops.AccessList{Addresses: []devops.Address{on}})
	if err != nil || len(found) != 1 || found[0] != on {
		t.Errorf("%v, %v", found, err)
	}
}
