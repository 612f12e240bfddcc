// Package user is "astra user": the people of the organization.
package user

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(&cobra.Command{
		Use:     "user",
		Short:   "See and invite the people of the organization",
		Example: "  astra --sandbox user list",
	}, newGet(app), newInvite(app), newList(app))
}

func columns() []output.Column[devops.User] {
	return []output.Column[devops.User]{
		{Key: "id", Value: func(u devops.User) any { return u.ID }, Name: true},
		{Key: "email", Value: func(u devops.User) any { return u.Email }},
		{Key: "status", Value: func(u devops.User) any { return status(u) }},
		{Key: "roles", Value: func(u devops.User) any { return refs(u) }, Text: func(u devops.User) string { return cli.RoleNames(refs(u)) }},
	}
}

func refs(u devops.User) []cli.RoleRef {
	named := make([]cli.RoleRef, 0, len(u.Roles))
	for _, r := range u.Roles {
		named = append(named, cli.RoleRef(r))
	}
	return named
}

// status is the user's state in our words: whom the service calls invited is
// pending until the invitation is accepted.
func status(u devops.User) string {
	if strings.EqualFold(u.Status, "invited") {
		return "pending"
	}
	if strings.EqualFold(u.Status, "active") {
		return "active"
	}
	return u.Status
}
