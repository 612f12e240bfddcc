package cdc

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
)

func newList(app *cli.App) *cobra.Command {
	database := ""
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the tables with change data capture",
		Long: `List the tables with change data capture, of all databases or of one. Each
database takes one request.`,
		Example: "  astra cdc list\n  astra cdc list --db demo -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app, database) },
	}
	cmd.Flags().StringVar(&database, "db", "", "list only the tables of this database, by `name` or ID")
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	return cli.Listing(cmd, columns())
}

func list(ctx context.Context, app *cli.App, ref string) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	databases, err := session.SomeDatabases(ctx, ref)
	if err != nil {
		return err
	}
	tables := async.Each(ctx, session.Calls, databases, func(ctx context.Context, d devops.Database) (devops.CDC, error) {
		return session.CDC.Get(ctx, d.ID)
	})
	var all []stream
	for i, d := range databases {
		found, err := tables[i]()
		if err != nil {
			return err
		}
		for _, t := range found.Tables {
			all = append(all, stream{database: d.Name, table: t, regions: found.Regions})
		}
	}
	return cli.Print(app, columns(), all, "No tables with change data capture.")
}
