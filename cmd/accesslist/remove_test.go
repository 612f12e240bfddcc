package accesslist

import (
	"testing"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/devops"
)

// What may not be put on a list can be on one, and must come off it.
func TestLeavingIPv6(t *testing.T) {
	t.Parallel()
	on := devops.Address{Address: "2001:db8::/32", Enabled: true}
	networks, faults := bulk.Networks([]string{"2001:DB8::/32"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	found, err := remove{}.leaving(target{name: "demo"}, networks, devops.AccessList{Addresses: []devops.Address{on}})
	if err != nil || len(found) != 1 || found[0] != on {
		t.Errorf("%v, %v", found, err)
	}
}
