package accesslist

import (
	"net/netip"
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
)

func TestLets(t *testing.T) {
	t.Parallel()
	own := netip.MustParseAddr("203.0.113.7")
	on := func(address string) devops.Address { return devops.Address{Address: address, Enabled: true} }
	for name, test := range map[string]struct {
		list devops.AccessList
		want bool
	}{
		"not enabled":        {devops.AccessList{Addresses: []devops.Address{on("192.0.2.0/24")}}, true},
		"enabled and empty":  {devops.AccessList{Enabled: true}, true},
		"in a network":       {devops.AccessList{Enabled: true, Addresses: []devops.Address{on("192.0.2.0/24"), on("203.0.113.0/24")}}, true},
		"itself":             {devops.AccessList{Enabled: true, Addresses: []devops.Address{on("203.0.113.7")}}, true},
		"elsewhere":          {devops.AccessList{Enabled: true, Addresses: []devops.Address{on("192.0.2.0/24")}}, false},
		"a disabled address": {devops.AccessList{Enabled: true, Addresses: []devops.Address{on("192.0.2.1"), {Address: "203.0.113.7/32"}}}, false},
	} {
		if got := allows(test.list, own); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
