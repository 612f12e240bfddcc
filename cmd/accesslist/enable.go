package accesslist

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

func newEnable(app *cli.App) *cobra.Command {
	var in dbFlag
	cmd := &cobra.Command{
		Use:   "enable",
		Short: "Enable the access list of a database",
		Long: `Enable the access list of a database: only the addresses on it can reach the
public endpoints afterwards. The change takes effect immediately, also for you.
If this machine has a public address and uses no proxy, its address is compared
with the list. Behind a router with address translation this is not possible.
The comparison looks up the host name of the service and sends nothing else.

A list without addresses cannot be enabled.`,
		Example: "  astra access-list add 203.0.113.0/24 --db demo\n  astra access-list enable --db demo --yes",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.enable(cmd.Context(), app) },
	}
	in.addDB(cmd)
	return cmd
}

func (t dbFlag) enable(ctx context.Context, app *cli.App) error {
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
	if before.Enabled {
		app.Say("The access list of %s is already enabled.", p.name)
		return cli.PrintOne(app, columns(), p.listRow(before))
	}
	if len(enabledAddresses(before)) == 0 {
		return exit.Refusef("cannot enable the access list of %s: it has no addresses", p.name).
			WithHint("add addresses first").WithNext("astra access-list add CIDR " + p.flag())
	}
	after := before
	after.Enabled = true
	for _, text := range p.listRow(after).words() {
		app.Say("  %s", text)
	}
	p.warnLockout(ctx, app, after)
	if err := app.Confirm(ctx, "Restrict %s to these addresses?", p.name); err != nil {
		return err
	}
	return p.setEnabled(ctx, app, before, true)
}
