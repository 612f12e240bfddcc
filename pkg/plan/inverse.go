package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/spelling"
)

// UndoOf says whether a step can be undone: a deleted role returns with another ID, a
// removed user must accept a new invitation, and a token stays revoked.
func UndoOf(s Step) Reversible {
	switch {
	case s.Kind == TokenStep:
		return No
	case s.Kind == RoleStep && s.Action == Delete, s.Kind == UserStep && s.Action == Remove:
		return Partly
	default:
		return Yes
	}
}

// Left is something that Undo leaves as it is, with the reason.
type Left struct {
	Kind StepKind `json:"kind"`
	Name string   `json:"name"`
	Why  string   `json:"why"`
}

// String returns the name and the reason.
func (l Left) String() string { return fmt.Sprintf("%s %s: %s", l.Kind, l.Name, l.Why) }

// Undo returns the steps that undo the steps of a run, unordered, and what cannot be
// undone. It leaves an object that has changed since the run.
func Undo(state State, done []Step) ([]Step, []Left) {
	u := undoer{state: state, again: map[string]string{}}
	for _, s := range slices.Backward(done) {
		inverse, why := u.inverse(s)
		switch {
		case why == asBefore, why == "" && Compare(u.state, inverse) == Done:
			continue
		case why != "":
			u.left = append(u.left, Left{s.Kind, cmp.Or(s.Name, s.ID), why})
			continue
		}
		u.take(inverse)
	}
	u.returnRoles()
	return u.steps, u.left
}

type undoer struct {
	state State // after the inverse steps so far
	steps []Step
	left  []Left
	again map[string]string // new IDs of deleted roles
}

func (u *undoer) take(s Step) {
	s.Undo = UndoOf(s)
	u.steps = append(u.steps, s)
	u.state = Apply(u.state, []Step{s})
}

const (
	changedSince = "changed since the run"
	// asBefore is the reason for an object that is as before the run already.
	asBefore = "as before the run"
)

// inverse returns the inverse of a step, or why there is none.
func (u *undoer) inverse(s Step) (Step, string) {
	inverse := Step{Kind: s.Kind, ID: s.ID, Name: s.Name}
	if Compare(u.state, s) == Pending {
		return inverse, asBefore
	}
	switch s.Kind {
	case RoleStep:
		return u.inverseOfRole(s, inverse)
	case UserStep:
		return u.inverseOfUser(s, inverse)
	case AccessListStep:
		return u.inverseOfList(s, inverse)
	default:
		return inverse, "a revoked token stays revoked; generate a new one"
	}
}

func (u *undoer) inverseOfRole(s, inverse Step) (Step, string) {
	if s.Action == Delete {
		again := *s.RoleBefore
		again.ID = ""
		if i := slices.IndexFunc(u.state.Roles, func(r StateRole) bool { return r.Name == again.Name }); i >= 0 {
			if !SameRole(u.state.Roles[i], again) {
				return inverse, "another role has its name now"
			}
			u.again[s.ID] = u.state.Roles[i].ID
			return inverse, asBefore
		}
		u.again[s.ID] = CreatedID(again.Name)
		inverse.Action, inverse.ID, inverse.Name, inverse.RoleAfter = Create, "", again.Name, &again
		return inverse, ""
	}
	i := slices.IndexFunc(u.state.Roles, func(r StateRole) bool {
		return s.ID != "" && r.ID == s.ID || s.ID == "" && r.Name == s.RoleAfter.Name
	})
	if i < 0 {
		return inverse, "deleted since the run"
	}
	now := u.state.Roles[i]
	if !SameRole(now, *s.RoleAfter) {
		return inverse, changedSince
	}
	inverse.ID, inverse.Name, inverse.RoleBefore, inverse.Action = now.ID, now.Name, &now, Delete
	if s.RoleBefore != nil {
		before := *s.RoleBefore
		before.ID = now.ID
		inverse.Action, inverse.RoleAfter = Update, &before
	}
	return inverse, ""
}

func (u *undoer) inverseOfUser(s, inverse Step) (Step, string) {
	address := ""
	if s.UserAfter != nil {
		address = s.UserAfter.Email
	}
	if s.UserBefore != nil {
		address = s.UserBefore.Email
	}
	i := slices.IndexFunc(u.state.Users, func(o StateUser) bool { return s.ID != "" && o.ID == s.ID })
	if i < 0 {
		i = slices.IndexFunc(u.state.Users, func(o StateUser) bool { return address != "" && spelling.SameAddress(o.Email, address) })
		if i >= 0 && s.ID != "" && s.Action != Remove {
			return inverse, "removed since the run; another user has this address now"
		}
	}
	if s.UserBefore != nil && i >= 0 && sameElements(u.state.Users[i].Roles, u.renew(s.UserBefore.Roles)) {
		return inverse, asBefore
	}
	if s.Action == Remove {
		if i >= 0 {
			return inverse, "a member again since the run"
		}
		again, why := u.withRoles(*s.UserBefore)
		again.ID, again.Pending = "", true
		inverse.Action, inverse.ID, inverse.UserAfter = Invite, "", &again
		return inverse, why
	}
	if i < 0 {
		return inverse, "removed since the run"
	}
	now := u.state.Users[i]
	if !sameElements(now.Roles, s.UserAfter.Roles) {
		return inverse, changedSince
	}
	inverse.ID, inverse.UserBefore, inverse.Action = now.ID, &now, Remove
	if s.UserBefore != nil {
		before, why := u.withRoles(*s.UserBefore)
		before.ID, before.Email, before.Pending = now.ID, now.Email, now.Pending
		inverse.Action, inverse.UserAfter = Update, &before
		return inverse, why
	}
	return inverse, ""
}

// withRoles returns the user with the roles that exist, and why it cannot have them. The
// service may refuse a user without a role.
func (u *undoer) withRoles(user StateUser) (StateUser, string) {
	var roles []string
	for _, id := range u.renew(user.Roles) {
		if _, found := u.state.role(id); found {
			roles = append(roles, id)
		}
	}
	user.Roles = roles
	if len(roles) == 0 {
		return user, "had no role that exists now"
	}
	return user, ""
}

// renew returns the IDs of roles, with the new ones of deleted roles.
func (u *undoer) renew(ids []string) []string {
	renewed := slices.Clone(ids)
	for i, id := range ids {
		renewed[i] = cmp.Or(u.again[id], id)
	}
	return renewed
}

func (u *undoer) inverseOfList(s, inverse Step) (Step, string) {
	now := u.state.accessList(s.ListID())
	if s.Action == Enable || s.Action == Disable {
		switch {
		case compareList(now, s) != Done:
			return inverse, changedSince
		case now.DatabaseID == "" && s.Action == Disable:
			return inverse, "the list was deleted with its addresses; add them again"
		}
		before := now
		before.Enabled = !now.Enabled
		inverse.Action, inverse.ListBefore, inverse.ListAfter = Disable, &now, &before
		if before.Enabled {
			inverse.Action = Enable
		}
		return inverse, ""
	}
	inverse.AddressList, inverse.AddressBefore, inverse.AddressAfter = s.AddressList, s.AddressAfter, s.AddressBefore
	inverse.Action = map[Action]Action{Add: Remove, Remove: Add, Update: Update}[s.Action]
	if compareList(now, s) != Done {
		return inverse, changedSince
	}
	return inverse, ""
}

// returnRoles gives a deleted role back to the users who still had it. A token cannot be
// changed.
func (u *undoer) returnRoles() {
	for _, user := range slices.Clone(u.state.Users) {
		after := user
		after.Roles = u.renew(user.Roles)
		if !sameElements(after.Roles, user.Roles) {
			u.take(Step{Kind: UserStep, Action: Update, ID: user.ID, Name: user.Email, UserBefore: &user, UserAfter: &after})
		}
	}
	for _, t := range u.state.Tokens {
		for _, id := range t.Roles {
			if u.again[id] != "" {
				name := cmp.Or(t.Description, t.SavedName, t.ClientID)
				role, _ := u.state.role(u.again[id])
				u.left = append(u.left, Left{TokenStep, name, "does not get " + role.Name + " back: the roles of a token cannot be changed"})
			}
		}
	}
}

// SameRole reports whether two roles have the same name and grant the same.
func SameRole(a, b StateRole) bool {
	return a.Name == b.Name && cmp.Or(a.Description, a.Name) == cmp.Or(b.Description, b.Name) && a.Mark == b.Mark && a.Denies == b.Denies &&
		sameElements(a.Permissions, b.Permissions) && sameElements(a.Resources, b.Resources)
}

// SameAddress reports whether two entries of an access list are the same.
func SameAddress(a, b Address) bool {
	return a.Address == b.Address && a.Description == b.Description && a.admits() == b.admits()
}

// sameElements reports whether two lists are the same set.
func sameElements(a, b []string) bool { return includes(a, b) && includes(b, a) }
