// Package region is "astra region": where databases can be, and are.
package region

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "region",
		SuggestFor: []string{"datacenter", "datacenters", "dc"},
		Short:      "See where databases can be, and add regions to a database",
		Long: `See in which regions databases can be, and have a database in several of them. Each
region is Standard, Premium or Premium+ (premium_plus), by which prices differ.

While a region is added or removed the database is in maintenance, and works on.
Another change that is under way is waited for.`,
		Example: "  astra region list --cloud gcp",
	}, newAdd, newList, newRemove)
}

func columns() []output.Column[devops.Region] {
	lower := func(get func(devops.Region) string) func(devops.Region) any {
		return func(r devops.Region) any { return output.OrNull(strings.ToLower(get(r))) }
	}
	return []output.Column[devops.Region]{
		{Key: "name", Value: func(r devops.Region) any { return r.Name }, Name: true, Sorted: true},
		{Key: "cloud", Value: lower(func(r devops.Region) string { return r.Cloud })},
		{Key: "displayName", Value: func(r devops.Region) any { return output.OrNull(r.DisplayName) }, Spare: 1},
		{Key: "zone", Value: lower(func(r devops.Region) string { return r.Zone }), Spare: 1},
		{Key: "classification", Value: lower(func(r devops.Region) string { return r.Classification })},
		{Key: "type", Value: func(r devops.Region) any { return r.Type }, Sorted: true},
		{Key: "enabled", Value: func(r devops.Region) any { return r.Enabled }},
	}
}
