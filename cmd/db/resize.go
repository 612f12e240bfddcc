package db

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type resize struct {
	units int
	wait  bool
}

func newResize(app *cli.App) *cobra.Command {
	var in resize
	cmd := &cobra.Command{
		Use:   "resize DB --capacity-units NUMBER",
		Short: "Add capacity units to a classic database",
		Long: `Add capacity units to a classic database: at most three at a time, and at most a
hundred in total. A database cannot shrink. Serverless databases scale
automatically.`,
		Example:     "  astra db resize legacy --capacity-units 3 --yes --wait",
		Args:        cli.Args("DB"),
		Annotations: completion.Args(completion.Databases),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	cmd.Flags().IntVar(&in.units, "capacity-units", 0, "new `number` of capacity units")
	cli.AddWait(cmd.Flags(), &in.wait)
	return cmd
}

func (in resize) run(ctx context.Context, app *cli.App, ref string) error {
	const most = 100
	if in.units < 1 || in.units > most {
		return exit.Usagef("--capacity-units must be 1 to %d", most)
	}
	session, d, err := findClassic(ctx, app, ref, "resized", "serverless databases scale automatically")
	if err != nil {
		return err
	}
	if err := in.check(d); err != nil {
		return err
	}
	if in.units == d.CapacityUnits && d.State() != devops.StateChanging {
		app.Say("%s already has %s.", d.Name, spelling.Count(in.units, "capacity unit"))
		return cli.PrintOne(app, columns(), d)
	}
	lost := false
	return runChange(ctx, app, session, d, dbchange.Spec{
		Doing: "resizing " + d.Name + " to " + spelling.Count(in.units, "capacity unit"), Wait: in.wait,
		Send: func(ctx context.Context) error {
			err := session.Databases.Resize(ctx, d.ID, in.units)
			lost = lost || devops.MaybeApplied(err)
			return err
		},
		Begun: func(d devops.Database) bool { return lost && d.Status == "RESIZING" }, // a resize by another client looks the same
		Done:  func(d devops.Database) bool { return d.CapacityUnits == in.units && d.State() != devops.StateChanging },
	}, "Resize %s from %s to %s? This cannot be undone.", d.Name, fmt.Sprint(d.CapacityUnits), spelling.Count(in.units, "capacity unit"))
}

// check refuses resizes that the service does not support.
func (in resize) check(d devops.Database) error {
	const step = 3
	switch {
	case in.units < d.CapacityUnits:
		return exit.Usagef("%s has %s; capacity units cannot be removed", d.Name, spelling.Count(d.CapacityUnits, "capacity unit"))
	case in.units > d.CapacityUnits+step:
		return exit.Usagef("%s has %s; at most %d can be added at once", d.Name, spelling.Count(d.CapacityUnits, "capacity unit"), step).
			WithNext(fmt.Sprintf("astra db resize %s --capacity-units %d --wait", shellword.Quote(d.Name), d.CapacityUnits+step))
	}
	return nil
}
