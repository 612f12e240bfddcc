// Package org is "astra org": the organizations of the user's credentials.
package org

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "org",
		SuggestFor: []string{"enterprise"},
		Short:      "Manage organizations",
		Long: `Manage organizations.

A credential belongs to one organization, and so does a profile. To use another
organization, log in with a token of that organization.`,
		Example: "  astra org list",
	}, newAdd, newApply, newCheck, newDiff, newExport, newList, newGet, newPlan, newRuns, newUndo, newUse)
}

// organization is one row.
type organization struct {
	id, name, profile string
	current           bool
}

func columns() []output.Column[organization] {
	return []output.Column[organization]{
		{Key: "id", Value: func(o organization) any { return o.id }, Name: true},
		{Key: "name", Value: func(o organization) any { return o.name }},
		{Key: "profile", Value: func(o organization) any { return output.OrNull(o.profile) }},
		{Key: "current", Value: func(o organization) any { return o.current }, Mark: true},
	}
}
