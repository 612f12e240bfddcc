package plan

import (
	"slices"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Standing says how an object compares with a step.
type Standing int

// The standings.
const (
	Changed Standing = iota // neither as before the step nor as after it
	Pending                 // as before the step
	Done                    // as after the step
)

// Compare compares the object of a step in a state with what it is before and after the
// step.
func Compare(state State, s Step) Standing {
	switch s.Kind {
	case RoleStep:
		i := slices.IndexFunc(state.Roles, func(r StateRole) bool {
			return r.ID == s.ID || s.Action == Create && spelling.Fold(r.Name) == spelling.Fold(s.RoleAfter.Name)
		})
		return compare(state.Roles, i, s.RoleBefore, s.RoleAfter, SameRole)
	case UserStep:
		i := slices.IndexFunc(state.Users, func(u StateUser) bool {
			return u.ID == s.ID || s.Action == Invite && spelling.SameAddress(u.Email, s.UserAfter.Email)
		})
		return compare(state.Users, i, s.UserBefore, s.UserAfter, func(a, b StateUser) bool { return sameElements(a.Roles, b.Roles) })
	case TokenStep:
		i := slices.IndexFunc(state.Tokens, func(t StateToken) bool { return t.ClientID == s.ID })
		return compare(state.Tokens, i, s.TokenBefore, nil, func(StateToken, StateToken) bool { return true })
	default:
		return compareList(state.accessList(s.ListID()), s)
	}
}

// compare compares the element at an index, or the lack of one, with what there is before
// and after a step.
func compare[T any](all []T, i int, before, after *T, same func(a, b T) bool) Standing {
	is := func(expected *T) bool {
		return i < 0 && expected == nil || i >= 0 && expected != nil && same(all[i], *expected)
	}
	switch {
	case is(after):
		return Done
	case is(before):
		return Pending
	default:
		return Changed
	}
}

func compareList(now StateAccessList, s Step) Standing {
	switch {
	case s.ListAfter == nil:
		i := slices.IndexFunc(now.Addresses, func(a Address) bool { return a.Address == s.Address() })
		return compare(now.Addresses, i, s.AddressBefore, s.AddressAfter, SameAddress)
	case now.Enabled == s.ListAfter.Enabled:
		return Done
	case s.ListAfter.Enabled && !now.admitsAll(*s.ListAfter):
		return Changed // enabled without an address that is gone, it would reject too many
	default:
		return Pending
	}
}

// admitsAll reports whether a list has every entry that lets addresses in of another.
func (l StateAccessList) admitsAll(other StateAccessList) bool {
	return !slices.ContainsFunc(other.admittedEntries(), func(a Address) bool {
		network, known := a.Network()
		return known && !slices.ContainsFunc(l.admittedEntries(), func(b Address) bool { o, _ := b.Network(); return o == network })
	})
}

// Address returns the address that a step adds, changes or removes, or an empty text.
func (s Step) Address() string {
	switch {
	case s.AddressAfter != nil:
		return s.AddressAfter.Address
	case s.AddressBefore != nil:
		return s.AddressBefore.Address
	}
	return ""
}
