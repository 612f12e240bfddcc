package user

import (
	"slices"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
)

// isAdmin reports whether a user is an active Organization Administrator. An
// invitee is not active yet.
func isAdmin(u devops.User) bool {
	return status(u) == "active" && slices.ContainsFunc(u.Roles, func(r devops.RoleRef) bool { return isAdminRole(r.ID) })
}

func isAdminRole(id string) bool {
	role, found := iam.DefaultRole(id)
	return found && role.Name == "Organization Administrator"
}

// lastAdmins returns the Organization Administrators among the users to remove,
// if no other one remains.
func lastAdmins(users, leaving []devops.User) []devops.User {
	var last []devops.User
	for _, u := range users {
		if !isAdmin(u) {
			continue
		}
		if !slices.ContainsFunc(leaving, func(l devops.User) bool { return l.ID == u.ID }) {
			return nil
		}
		last = append(last, u)
	}
	return last
}
