// Package permission is "astra permission": the catalog of permissions.
package permission

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "permission",
		SuggestFor: []string{"action", "actions"},
		Short:      "Look up permissions",
		Long: `Look up permissions. The catalog is part of the program and requires no
credential.`,
		Example: "  astra permission list --group api",
	}, newGet, newList)
}

func columns() []output.Column[iam.Permission] {
	return []output.Column[iam.Permission]{
		{Key: "name", Value: func(p iam.Permission) any { return p.Name }},
		{Key: "parameter", Value: func(p iam.Permission) any { return p.Parameter }, Name: true},
		{Key: "group", Value: func(p iam.Permission) any { return string(p.Group) }, Spare: 1},
		{Key: "description", Value: func(p iam.Permission) any { return p.Description }, Wrap: true},
		{Key: "defaultRoles", Value: func(p iam.Permission) any { return carriers(p.Parameter) }, Wide: true},
	}
}

// carriers returns the names of the default roles that grant a permission, by the number
// of their permissions.
func carriers(parameter string) []string {
	names := []string{}
	for _, r := range iam.DefaultRolesWith(parameter) {
		names = append(names, r.Name)
	}
	return names
}

// groupNames are the groups as they are given to --group.
func groupNames() []string {
	var names []string
	for _, g := range iam.Groups() {
		names = append(names, string(g))
	}
	return names
}
