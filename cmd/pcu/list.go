package pcu

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the PCU groups",
		Example: "  astra pcu list\n  astra pcu list --filter status=parked -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app) },
	}, columns())
}

func list(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	found, err := session.PCUs.List(ctx)
	if err != nil {
		return err
	}
	all := make([]group, 0, len(found))
	for _, g := range found {
		all = append(all, group{PCUGroup: g})
	}
	return cli.Print(app, columns(), all, "No PCU groups. All databases use shared capacity.")
}
