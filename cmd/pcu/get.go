package pcu

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:         "get GROUP",
		Aliases:     []string{"show", "describe"},
		Short:       "Show a PCU group and its datacenters",
		Example:     "  astra pcu get example\n  astra pcu get example --jq .datacenters",
		Args:        cli.Args("GROUP"),
		Annotations: completion.Args(completion.PCUGroups),
		RunE:        func(cmd *cobra.Command, args []string) error { return get(cmd.Context(), app, args[0]) },
	}
}

func get(ctx context.Context, app *cli.App, ref string) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	found, err := findGroup(ctx, session, ref)
	if err != nil {
		return err
	}
	members, err := session.PCUs.Members(ctx, found.ID)
	if err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), group{found, members})
}
