package region

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

type remove struct {
	database string
	ifExists bool
	wait     bool
}

func newRemove(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:     "remove REGION --db DB",
		Aliases: []string{"rm", "delete"},
		Short:   "Remove a region from a database",
		Long: `Remove a region from a database. Clients in that region lose access; the data is
kept in the other regions. The first region of a database cannot be removed.`,
		Example: "  astra region add us-east4 --db demo --wait\n" +
			"  astra region remove us-east4 --db demo --yes --wait",
		Args:        cli.Args("REGION"),
		Annotations: completion.Args(completion.Regions),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	f.BoolVar(&in.ifExists, "if-exists", false, "succeed if the database is not in that region")
	cli.AddWait(f, &in.wait)
	completion.Flags(f, completion.Databases, "db")
	return cmd
}

func (in remove) run(ctx context.Context, app *cli.App, name string) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := session.DatabaseOrSelected(ctx, in.database)
	if err != nil {
		return err
	}
	change := dbchange.Spec{
		Doing: fmt.Sprintf("removing %s from %s", name, d.Name), Again: "--if-exists", Wait: in.wait,
		Done: func(d devops.Database) bool {
			return !slices.Contains(d.Regions, name) && d.State() != devops.StateChanging
		},
	}
	dc := datacenter(d, name)
	if dc.ID == "" && in.ifExists && !change.Done(d) { // one that is being added is not listed yet
		if d, err = dbchange.AwaitFree(ctx, app, session, d, change); err != nil {
			return err
		}
		dc = datacenter(d, name)
	}
	switch {
	case dc.ID == "" && in.ifExists:
		app.Say("%s is not in %s.", d.Name, name)
		return bulkcmd.PrintAbsent(app, name)
	case dc.ID == "":
		return exit.NotFoundf("region", name, d.Regions)
	case len(d.Datacenters) == 1:
		return exit.Refusef("%s is %s's only region and cannot be removed", name, d.Name).WithHint("%s", "to delete the database: "+app.Command("astra db delete "+shellword.Quote(d.Name)))
	case name == d.Region:
		return exit.Refusef("%s is the first region of %s and cannot be removed", name, d.Name)
	}
	if err := app.Confirm(ctx, "Remove %[2]s from %[1]s? Applications cannot use it there.", d.Name, name); err != nil {
		return err
	}
	change.Send = func(ctx context.Context) error { return session.Databases.RemoveRegion(ctx, d.ID, dc.ID) }
	_, err = dbchange.Run(ctx, app, session, d, change)
	return err
}

// datacenter returns what a database has in a region; an empty one if nothing.
func datacenter(d devops.Database, region string) devops.Datacenter {
	i := slices.IndexFunc(d.Datacenters, func(dc devops.Datacenter) bool { return dc.Region == region })
	if i < 0 {
		return devops.Datacenter{}
	}
	return d.Datacenters[i]
}
