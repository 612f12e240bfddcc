// Package role is "astra role": what people and tokens may do.
package role

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(&cobra.Command{
		Use:   "role",
		Short: "See and create roles",
		Long: `See and create roles. A role grants permissions on resources; people and
application tokens hold roles.`,
		Example: "  astra --sandbox role list",
	}, newCreate(app), newGet(app), newList(app))
}

// kind tells the roles that every organization has from its own.
func kind(r devops.Role) string {
	if _, found := iam.DefaultRole(r.ID); found {
		return "default"
	}
	return "custom"
}

func columns() []output.Column[devops.Role] {
	return []output.Column[devops.Role]{
		{Key: "id", Value: func(r devops.Role) any { return r.ID }, Name: true},
		{Key: "name", Value: func(r devops.Role) any { return r.Name }},
		{Key: "kind", Value: func(r devops.Role) any { return kind(r) }},
		{Key: "description", Value: func(r devops.Role) any { return r.Policy.Description }, Wide: true},
		{Key: "permissions", Value: func(r devops.Role) any { return permissions(r) }, Text: permissionCount},
		{Key: "resources", Value: func(r devops.Role) any { return r.Policy.Resources }, Wide: true},
		{Key: "updatedAt", Value: func(r devops.Role) any { return r.UpdatedAt }, Wide: true},
	}
}

// permissions are a role's, each once and sorted: the service repeats some.
func permissions(r devops.Role) []string {
	return slices.Compact(slices.Sorted(slices.Values(r.Policy.Actions)))
}
