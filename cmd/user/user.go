// Package user is "astra user": the users of the organization.
package user

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "user",
		SuggestFor: []string{"member", "members", "people", "account"},
		Short:      "Manage users and their roles",
		Example:    "  astra user list",
	}, newGet, newInvite, newList, newRemove, newUpdate)
}

func columns() []output.Column[devops.User] {
	return []output.Column[devops.User]{
		{Key: "id", Value: func(u devops.User) any { return u.ID }, Name: true, Spare: 1},
		{Key: "email", Value: func(u devops.User) any { return u.Email }, Sorted: true},
		{Key: "status", Value: func(u devops.User) any { return status(u) }, State: true},
		{Key: "roles", Value: func(u devops.User) any { return refs(u) }, Text: func(u devops.User) string { return lookup.RoleNames(refs(u)) }},
	}
}

func refs(u devops.User) []lookup.RoleRef {
	named := make([]lookup.RoleRef, 0, len(u.Roles))
	for _, r := range u.Roles {
		named = append(named, lookup.RoleRef{ID: r.ID, Name: r.Name})
	}
	return named
}

// status returns the user's state in this program: "invited" in the service is
// pending.
func status(u devops.User) string {
	if strings.EqualFold(u.Status, "invited") {
		return "pending"
	}
	if strings.EqualFold(u.Status, "active") {
		return "active"
	}
	return u.Status
}

// byAddress finds a user by address, ignoring case like the service.
func byAddress(users []devops.User, address string) (devops.User, bool) {
	i := slices.IndexFunc(users, func(u devops.User) bool { return spelling.SameAddress(u.Email, address) })
	if i < 0 {
		return devops.User{}, false
	}
	return users[i], true
}

// roleIDs returns the IDs of a user's roles.
func roleIDs(u devops.User) []string {
	ids := make([]string, len(u.Roles))
	for i, r := range u.Roles {
		ids[i] = r.ID
	}
	return ids
}

// ownRole finds the role of a user by ID or name.
func ownRole(u devops.User, ref string) (id string, found bool) {
	for _, r := range u.Roles {
		if ref == r.ID || ref == "id:"+r.ID || spelling.SameName(strings.TrimPrefix(ref, "name:"), r.Name) {
			if found {
				return "", false
			}
			id, found = r.ID, true
		}
	}
	return id, found
}

// sameRoles reports whether two lists have the same IDs in any order.
func sameRoles(a, b []string) bool { return slices.Equal(sortIDs(a), sortIDs(b)) }

func sortIDs(ids []string) []string { return slices.Sorted(slices.Values(ids)) }
