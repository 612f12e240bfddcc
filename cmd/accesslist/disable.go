package accesslist

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newDisable(app *cli.App) *cobra.Command {
	var in dbFlag
	cmd := &cobra.Command{
		Use:   "disable",
		Short: "Disable the access list of a database",
		Long: `Disable the access list of a database. Every address can reach the database
afterwards. The addresses on the list are kept.`,
		Example: "  astra access-list disable --db demo --yes",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.disable(cmd.Context(), app) },
	}
	in.addDB(cmd)
	return cmd
}

func (t dbFlag) disable(ctx context.Context, app *cli.App) error {
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	p, err := t.open(ctx, app)
	if err != nil {
		return err
	}
	before, err := p.read(ctx)
	if err != nil {
		return err
	}
	if !before.Enabled {
		app.Say("The access list of %s is not enabled.", p.name)
		return cli.PrintOne(app, columns(), p.listRow(before))
	}
	if err := app.Confirm(ctx, "Disable the access list of %s and admit every address?", p.name); err != nil {
		return err
	}
	return p.setEnabled(ctx, app, before, false)
}
