package plan

import (
	"fmt"
	"slices"
)

func (d *differ) compareAccessLists() {
	known := map[string]bool{}
	for _, l := range d.file.AccessLists {
		id := ""
		if !l.DevOpsAPI {
			var err error
			if id, err = d.names.database(l.Database); err != nil {
				d.fail(l.At, "%v", err)
				continue
			}
		}
		if known[id] {
			d.fail(l.At, "duplicate access list")
			continue
		}
		known[id] = true
		d.accessList(l, d.state.accessList(id))
	}
}

// listName names an access list in the steps for it.
func listName(l AccessList) string {
	if l.DevOpsAPI {
		return "DevOps API"
	}
	return l.Database
}

func (d *differ) accessList(l AccessList, s StateAccessList) {
	count := len(d.Steps)
	after := StateAccessList{DatabaseID: s.DatabaseID, Enabled: s.Enabled, Addresses: slices.Clone(s.Addresses)}
	if l.Addresses != nil {
		after.Addresses = d.addresses(l, s)
	}
	if l.Enabled != nil && *l.Enabled != s.Enabled {
		action := Disable
		if after.Enabled = *l.Enabled; after.Enabled {
			action = Enable
		}
		d.add(Step{Kind: AccessListStep, Action: action, ID: s.DatabaseID, Name: listName(l), At: l.At, AddressList: s.DatabaseID, ListBefore: &s, ListAfter: &after})
	}
	if len(d.Steps) == count {
		d.Same++
	}
}

// addresses plans the changes of the addresses of a list, and returns those after them.
func (d *differ) addresses(l AccessList, s StateAccessList) []Address {
	var after []Address
	step := func(action Action, at Position, before, next *Address) {
		d.add(Step{Kind: AccessListStep, Action: action, ID: s.DatabaseID, Name: listName(l), At: at, AddressList: s.DatabaseID, AddressBefore: before, AddressAfter: next})
	}
	for _, a := range l.Addresses {
		network, _ := a.Network()
		if network.Addr().IsPrivate() || network.Addr().IsLoopback() {
			d.find(RulePrivateAddress, Warning, Subject{"access-list", s.DatabaseID, listName(l)}, a.At,
				fmt.Sprintf("%s is in a private network, from which the service is never reached", a.Address))
		}
		i := slices.IndexFunc(s.Addresses, func(o Address) bool { other, known := o.Network(); return known && other == network })
		if i < 0 {
			next := Address{Address: network.String(), Description: a.Description, Enabled: new(a.admits())}
			step(Add, a.At, nil, &next)
			after = append(after, next)
			continue
		}
		before := s.Addresses[i]
		next := before
		if a.Description != "" { // without one, it is not compared
			next.Description = a.Description
		}
		if !l.DevOpsAPI {
			next.Enabled = new(a.admits())
		}
		if next.Description != before.Description || next.admits() != before.admits() {
			step(Update, a.At, &before, &next)
		}
		after = append(after, next)
	}
	for _, before := range s.Addresses {
		network, known := before.Network()
		if known && !slices.ContainsFunc(l.Addresses, func(a Address) bool { other, _ := a.Network(); return other == network }) {
			step(Remove, l.At, &before, nil)
		}
	}
	return after
}
