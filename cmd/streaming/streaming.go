// Package streaming is "astra streaming": tenants of Astra Streaming.
package streaming

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
		Use:     "streaming",
		Short:   "Show tenants of Astra Streaming",
		Long:    "Show tenants of Astra Streaming, to which databases send changes of their tables.",
		Example: "  astra streaming tenant list",
	}, newTenant)
}

func newTenant(app *cli.App) *cobra.Command {
	tenant := &cobra.Command{
		Use:        "tenant",
		Short:      "Show streaming tenants",
		SuggestFor: []string{"list", "ls", "get", "show"},
		Long: `Show streaming tenants. They are created and deleted in the Portal, and their
Pulsar tokens are there: astra shows no secret of a tenant.`,
		Example: "  astra streaming tenant list",
	}
	tenant.AddCommand(newGet(app), newList(app))
	return cli.Parent(tenant)
}

func columns() []output.Column[devops.Tenant] {
	return []output.Column[devops.Tenant]{
		{Key: "id", Value: func(t devops.Tenant) any { return output.OrNull(t.ID) }, Spare: 1},
		{Key: "name", Value: func(t devops.Tenant) any { return t.Name }, Name: true, Sorted: true},
		{Key: "status", Value: func(t devops.Tenant) any { return strings.ToLower(t.Status) }, State: true},
		{Key: "cloud", Value: func(t devops.Tenant) any { return strings.ToLower(t.Cloud) }},
		{Key: "region", Value: func(t devops.Tenant) any { return t.Region }},
		{Key: "cluster", Value: func(t devops.Tenant) any { return t.Cluster }, Sorted: true},
		{Key: "plan", Value: func(t devops.Tenant) any { return output.OrNull(t.Plan) }, Spare: 1},
		{Key: "pulsarVersion", Value: func(t devops.Tenant) any { return output.OrNull(t.PulsarVersion) }, Wide: true},
		{Key: "brokerUrl", Value: func(t devops.Tenant) any { return output.OrNull(t.BrokerURL) }, Wide: true},
		{Key: "webUrl", Value: func(t devops.Tenant) any { return output.OrNull(t.WebURL) }, Wide: true},
	}
}
