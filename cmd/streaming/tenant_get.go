package streaming

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get NAME",
		Aliases: []string{"show", "describe"},
		Short:   "Show a streaming tenant",
		Long: `Show a streaming tenant by name or ID, with its addresses for clients of Apache
Pulsar. A tenant with regions in several clusters has one ID in each.`,
		Example:     "  astra streaming tenant get cdc-example\n  astra streaming tenant get cdc-example --jq .brokerUrl",
		Args:        cli.Args("NAME"),
		Annotations: completion.Args(completion.Tenants),
		RunE:        func(cmd *cobra.Command, args []string) error { return get(cmd.Context(), app, args[0]) },
	}
}

func get(ctx context.Context, app *cli.App, ref string) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	all, err := session.Streaming.Tenants(ctx)
	if err != nil {
		return err
	}
	found, err := lookup.Resolve("tenant", ref, all, func(t devops.Tenant) (string, string) { return t.ID, t.Name })
	if err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), found)
}
