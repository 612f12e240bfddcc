package privatelink

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
)

func newGet(app *cli.App) *cobra.Command {
	database := ""
	cmd := &cobra.Command{
		Use:     "get",
		Aliases: []string{"show", "describe"},
		Short:   "Show the private endpoints of a database",
		Long:    "Show the private endpoints of a database, one row per region.",
		Example: "  astra private-link get --db demo\n  astra private-link get --db demo --jq '.[].serviceName'",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return get(cmd.Context(), app, database) },
	}
	cmd.Flags().StringVar(&database, "db", "", "`name` or ID of the database (default: the selected one)")
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	return cmd
}

func get(ctx context.Context, app *cli.App, ref string) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := session.TargetDatabase(ctx, ref)
	if err != nil {
		return err
	}
	found, err := session.PrivateLinks.Get(ctx, d.ID)
	if err != nil {
		return err
	}
	all := make([]link, 0, len(found))
	for _, l := range found {
		all = append(all, link{l, d.Name})
	}
	return cli.PrintRead(app, columns(), all, "No private links of "+d.Name+".")
}
