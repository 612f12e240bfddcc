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

// entry is a permission, or a capability with the permissions that it takes.
type entry struct {
	iam.Permission

	permissions  []string
	defaultRoles []string
}

func newEntry(p iam.Permission) entry {
	return entry{p, []string{p.Parameter}, carriers(p.Parameter)}
}

func columns() []output.Column[entry] {
	return []output.Column[entry]{
		{Key: "name", Value: func(e entry) any { return e.Name }},
		{Key: "parameter", Value: func(e entry) any { return e.Parameter }, Name: true},
		{Key: "group", Value: func(e entry) any { return string(e.Group) }, Spare: 1},
		{Key: "description", Value: func(e entry) any { return e.Description }, Wrap: true},
		{Key: "permissions", Value: func(e entry) any { return e.permissions }, Wide: true, Wrap: true},
		{Key: "defaultRoles", Value: func(e entry) any { return e.defaultRoles }, Wide: true},
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
	return append(names, capabilityGroup)
}
