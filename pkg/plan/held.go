package plan

import "slices"

// HoldBack reports for each step whether it must not be done after some steps have failed:
// it takes access from a principal or a role to which a failed step should have given some.
func HoldBack(state State, steps []Step, failed []int) []bool {
	w := newWorld(state, steps)
	held := make([]bool, len(steps))
	for i, s := range steps {
		held[i] = s.shrinks() && slices.ContainsFunc(failed, func(f int) bool { return f != i && steps[f].grows() && w.areRelated(f, i) })
	}
	return held
}

// grows reports whether a step can give access to a principal, or let an address in.
func (s Step) grows() bool {
	switch s.Action {
	case Create, Invite, Add, Disable:
		return true
	case Update:
		switch s.Kind {
		case RoleStep:
			return !includes(s.RoleBefore.Permissions, s.RoleAfter.Permissions) || !includes(s.RoleBefore.Resources, s.RoleAfter.Resources)
		case UserStep:
			return !includes(s.UserBefore.Roles, s.UserAfter.Roles)
		default:
			return s.AddressAfter.admits()
		}
	default:
		return false
	}
}

// shrinks reports whether a step can take access from a principal, or keep an address out.
func (s Step) shrinks() bool {
	switch s.Action {
	case Delete, Remove, Revoke, Enable:
		return true
	case Update:
		switch s.Kind {
		case RoleStep:
			return !includes(s.RoleAfter.Permissions, s.RoleBefore.Permissions) || !includes(s.RoleAfter.Resources, s.RoleBefore.Resources)
		case UserStep:
			return !includes(s.UserAfter.Roles, s.UserBefore.Roles)
		default:
			return !s.AddressAfter.admits()
		}
	default:
		return false
	}
}

// areRelated reports whether two steps change the same access list, or the access of the same
// principal.
func (w *world) areRelated(a, b int) bool {
	if w.steps[a].Kind == AccessListStep || w.steps[b].Kind == AccessListStep {
		return w.steps[a].Kind == w.steps[b].Kind && w.steps[a].ListID() == w.steps[b].ListID()
	}
	if slices.ContainsFunc(w.rolesOf(a), func(id string) bool { return slices.Contains(w.rolesOf(b), id) }) {
		return true
	}
	return slices.ContainsFunc(w.touched[a], func(h *holder) bool { return slices.Contains(w.touched[b], h) })
}

// rolesOf returns the roles that a step changes, gives or takes.
func (w *world) rolesOf(i int) []string {
	s := w.steps[i]
	switch {
	case s.Kind == RoleStep:
		return []string{roleID(s)}
	case s.TokenBefore != nil:
		return s.TokenBefore.Roles
	}
	var changed []string
	var before []string
	if s.UserBefore != nil {
		before = s.UserBefore.Roles
	}
	for _, id := range before {
		if !slices.Contains(s.afterRoles(), id) {
			changed = append(changed, id)
		}
	}
	for _, id := range s.afterRoles() {
		if !slices.Contains(before, id) {
			changed = append(changed, id)
		}
	}
	return changed
}
