package accesslist

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

func newEnable(app *cli.App) *cobra.Command {
	var in target
	cmd := &cobra.Command{
		Use:   "enable",
		Short: "Let only the addresses on the list reach a database",
		Long: `Let only the addresses on the list reach the public endpoints of a database. That
holds at once, also for whoever runs this: if this machine has a public address of
its own, and no proxy is in between, its address is compared with the list. Behind
a router that translates addresses it cannot be known from here. For that the name
of the service is looked up; nothing else is sent, and nobody is asked.

A list without addresses is not enabled.`,
		Example: "  astra --sandbox access-list add 203.0.113.0/24 --db demo\n  astra --sandbox access-list enable --db demo --yes",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.enable(cmd.Context(), app) },
	}
	in.addDB(cmd)
	return cmd
}

func (t target) enable(ctx context.Context, app *cli.App) error {
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
		app.Say("The access list of %s is enabled already.", p.name)
		return cli.PrintOne(app, columns(), p.listed(before))
	}
	if len(active(before)) == 0 {
		return exit.Refusef("the access list of %s has no addresses, and a list without addresses is not enabled", p.name).
			WithHint("put addresses on it first").WithNext("astra access-list add CIDR " + p.flag())
	}
	after := before
	after.Enabled = true
	for _, text := range p.listed(after).words() {
		app.Say("  %s", text)
	}
	p.warn(ctx, app, after)
	if err := app.Confirm(ctx, "Restrict %s to these addresses?", p.name); err != nil {
		return err
	}
	return p.turn(ctx, app, before, true)
}
