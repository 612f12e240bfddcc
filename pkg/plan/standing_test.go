package plan

import "testing"

// TestCompareEnable does not enable an access list from which an address of the plan is gone.
func TestCompareEnable(t *testing.T) {
	t.Parallel()
	office, bastion := Address{Address: "203.0.113.0/24"}, Address{Address: "198.51.100.7"}
	step := Step{Kind: AccessListStep, Action: Enable, ListBefore: &StateAccessList{}, ListAfter: &StateAccessList{Enabled: true, Addresses: []Address{office, bastion}}}
	for _, test := range []struct {
		name string
		now  StateAccessList
		want Standing
	}{
		{"all are there", StateAccessList{Addresses: []Address{{Address: "198.51.100.7/32"}, office}}, Pending},
		{"one more is there", StateAccessList{Addresses: []Address{office, bastion, {Address: "192.0.2.1"}}}, Pending},
		{"one is gone", StateAccessList{Addresses: []Address{office}}, Changed},
		{"one is disabled", StateAccessList{Addresses: []Address{office, {Address: "198.51.100.7", Enabled: new(false)}}}, Changed},
		{"enabled", StateAccessList{Enabled: true, Addresses: []Address{office}}, Done},
	} {
		if got := Compare(State{AccessLists: []StateAccessList{test.now}}, step); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}
