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
		Short:      "Manage the regions of a database",
		Long: `List regions, and manage the regions of a database. Each region has a
classification, Standard, Premium or Premium+ (premium_plus), with different
prices.

While a region is added or removed, the database has the status MAINTENANCE and
remains available. A command waits for other operations on the database to
finish.`,
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
		{Key: "reserved", Value: func(r devops.Region) any { return r.Reserved }, Wide: true},
		{Key: "pcuTypes", Value: func(r devops.Region) any { return append([]string{}, r.PCUTypes...) }, Wide: true},
	}
}
