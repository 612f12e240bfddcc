package streaming

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the streaming tenants",
		Example: "  astra streaming tenant list\n  astra streaming tenant list --filter cloud=gcp -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app) },
	}, columns())
}

func list(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	all, err := session.Streaming.Tenants(ctx)
	if err != nil {
		return err
	}
	return cli.Print(app, columns(), all, "No streaming tenants.")
}
