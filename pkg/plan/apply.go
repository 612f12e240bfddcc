package plan

import "slices"

// Apply returns the state after the steps. It does not change the state.
func Apply(state State, steps []Step) State {
	state.Roles, state.Users, state.Tokens = slices.Clone(state.Roles), slices.Clone(state.Users), slices.Clone(state.Tokens)
	state.AccessLists = slices.Clone(state.AccessLists)
	for i, list := range state.AccessLists {
		state.AccessLists[i].Addresses = slices.Clone(list.Addresses)
	}
	for _, s := range steps {
		switch s.Kind {
		case RoleStep:
			state.Roles = replace(state.Roles, s.RoleAfter, func(r StateRole) bool { return s.ID != "" && r.ID == s.ID })
			if s.Action == Create {
				state.Roles[len(state.Roles)-1].ID = roleID(s)
			}
		case UserStep:
			state.Users = replace(state.Users, s.UserAfter, func(u StateUser) bool { return s.ID != "" && u.ID == s.ID })
			if s.Action == Invite {
				state.Users[len(state.Users)-1].ID = CreatedID(s.UserAfter.Email)
			}
		case TokenStep:
			state.Tokens = replace(state.Tokens, nil, func(t StateToken) bool { return t.ClientID == s.ID })
		case AccessListStep:
			state.AccessLists = applyToList(state.AccessLists, s)
		}
	}
	return state
}

// replace replaces the element that is found, or appends after. A nil after removes it.
func replace[T any](all []T, after *T, found func(T) bool) []T {
	i := slices.IndexFunc(all, found)
	switch {
	case i >= 0 && after != nil:
		all[i] = *after
	case i >= 0:
		all = slices.Delete(all, i, i+1)
	case after != nil:
		all = append(all, *after)
	}
	return all
}

func applyToList(lists []StateAccessList, s Step) []StateAccessList {
	i := slices.IndexFunc(lists, func(l StateAccessList) bool { return l.DatabaseID == s.ListID() })
	if i < 0 {
		i = len(lists)
		lists = append(lists, StateAccessList{DatabaseID: s.ListID()})
	}
	switch s.Action {
	case Enable, Disable:
		lists[i].Enabled = s.Action == Enable
	default:
		lists[i].Addresses = replace(lists[i].Addresses, s.AddressAfter, func(a Address) bool {
			return s.AddressBefore != nil && a.Address == s.AddressBefore.Address
		})
	}
	if s.ListID() == "" { // that of the DevOps API applies while it has an address
		lists[i].Enabled = len(lists[i].Addresses) > 0
	}
	return lists
}
