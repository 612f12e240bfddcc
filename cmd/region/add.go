package region

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
)

type add struct {
	database string
	wait     bool
}

func newAdd(app *cli.App) *cobra.Command {
	var in add
	cmd := &cobra.Command{
		Use:        "add REGION --db DB",
		SuggestFor: []string{"create"},
		Short:      "Add a region to a database",
		Long: `Add a region of the same cloud to a serverless database. Its data is replicated
to all regions; each region costs as much as the first. The region is listed
after a few minutes.`,
		Example:     "  astra region add us-east4 --db demo --wait",
		Args:        cli.Args("REGION"),
		Annotations: completion.Args(completion.CloudRegions),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	cmd.Flags().StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	cli.AddWait(cmd.Flags(), &in.wait)
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	return cmd
}

func (in add) run(ctx context.Context, app *cli.App, name string) error {
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := session.DatabaseOrSelected(ctx, in.database)
	if err != nil {
		return err
	}
	region, err := possible(ctx, session, d, name)
	if err != nil {
		return err
	}
	if slices.Contains(d.Regions, name) {
		app.Say("%s is already in %s.", d.Name, name)
	}
	_, err = dbchange.Run(ctx, app, session, d, dbchange.Spec{
		Doing: fmt.Sprintf("adding %s to %s", name, d.Name), Wait: in.wait,
		Send: func(ctx context.Context) error { return session.Databases.AddRegion(ctx, d, name) },
		Done: func(d devops.Database) bool {
			return slices.Contains(d.Regions, name) && d.State() != devops.StateChanging
		},
	})
	if err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), region)
}

// possible returns the region of that name in which a database can be.
func possible(ctx context.Context, session *cli.Session, d devops.Database, name string) (devops.Region, error) {
	if d.Type == "classic" {
		return devops.Region{}, exit.Usagef("%s is a classic database; only serverless databases can have several regions", d.Name)
	}
	region, err := session.Region(ctx, d.Type, d.Cloud, name, d.Name+" is on")
	if err != nil || slices.Contains(d.Regions, name) {
		return region, err
	}
	return region, lookup.EnabledRegion(region)
}
