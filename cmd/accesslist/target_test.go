package accesslist

import (
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
)

func TestSame(t *testing.T) {
	t.Parallel()
	a, b := devops.Address{Address: "192.0.2.1/32", Enabled: true}, devops.Address{Address: "192.0.2.2/32", Enabled: true}
	touched, renamed := a, a
	touched.UpdatedAt, renamed.Description = time.Unix(1, 0), "office"
	list := func(all ...devops.Address) devops.AccessList { return devops.AccessList{Enabled: true, Addresses: all} }
	for name, test := range map[string]struct {
		now  devops.AccessList
		want bool
	}{
		"the same":            {list(a, b), true},
		"in another order":    {list(b, a), true},
		"with another time":   {list(touched, b), true},
		"another description": {list(renamed, b), false},
		"one less":            {list(a), false},
		"not enabled":         {devops.AccessList{Addresses: []devops.Address{a, b}}, false},
	} {
		if got := equal(list(a, b), test.now); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
