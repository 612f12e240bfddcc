package accesslist

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

func newClear(app *cli.App) *cobra.Command {
	var in dbFlag
	cmd := &cobra.Command{
		Use:   "clear",
		Short: "Delete an access list with all its addresses",
		Long: `Delete an access list with all its addresses. Afterwards every address can reach
the database or the DevOps API. To keep the addresses, disable the list instead.`,
		Example: "  astra access-list clear --db demo --yes\n  astra access-list clear --devops-api --yes",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.clear(cmd.Context(), app) },
	}
	in.add(cmd)
	return cmd
}

func (t dbFlag) clear(ctx context.Context, app *cli.App) error {
	p, err := t.open(ctx, app)
	if err != nil {
		return err
	}
	before, err := p.read(ctx)
	if err != nil {
		return err
	}
	if len(before.Addresses) == 0 && !before.Enabled {
		app.Say("No access list to clear for %s.", p.name)
		return nil
	}
	for _, text := range p.listRow(before).words() {
		app.Say("- %s", text)
	}
	if err := app.Confirm(ctx, "Delete the access list of %s (%s) and admit every address?", p.name, spelling.Count(len(before.Addresses), "address")); err != nil {
		return err
	}
	if err := p.checkUnchanged(ctx, before); err != nil {
		return err
	}
	if err := p.clear(ctx); err != nil {
		return fmt.Errorf("clear the access list of %s: %w", p.name, err)
	}
	now, err := p.read(ctx)
	if err != nil {
		return exit.Hint(err, "the access list was cleared, but this could not be verified")
	}
	if len(now.Addresses) > 0 || now.Enabled {
		return cli.StillListedError("the access list of " + p.name)
	}
	app.Say("Cleared the access list of %s.", p.name)
	return nil
}
