package pcu

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

func newPark(app *cli.App) *cobra.Command {
	wait := false
	cmd := &cobra.Command{
		Use:        "park GROUP",
		SuggestFor: []string{"pause", "hibernate"},
		Short:      "Park a PCU group and its databases",
		Long: `Park a flexible PCU group, which pauses its hourly costs. Its
databases hibernate and cannot be used until "astra pcu unpark"; their storage is
still billed. A group cannot be parked with reserved units, without databases, or
with a database in several regions.`,
		Example: "  astra pcu create batch --cloud gcp --region us-east1 --min 1 --max 4 --yes\n" +
			"  astra pcu add batch --db demo --wait\n" +
			"  astra pcu park batch --yes --wait -o json",
		Args:        cli.Args("GROUP"),
		Annotations: completion.Args(completion.PCUGroups),
		RunE:        func(cmd *cobra.Command, args []string) error { return park(cmd.Context(), app, args[0], wait) },
	}
	cli.AddWait(cmd.Flags(), &wait)
	return cmd
}

func park(ctx context.Context, app *cli.App, ref string, wait bool) error {
	session, g, err := openGroup(ctx, app, ref)
	if err != nil {
		return err
	}
	isParked := func(g devops.PCUGroup) bool { return g.Status == "PARKED" }
	c := change{
		doing: "parking " + g.Title, done: "Parked " + g.Title, waits: true, wait: wait,
		send: func(ctx context.Context) error { return session.PCUs.Park(ctx, g.ID) },
		look: lookAt(session, g.ID, devops.PCUGroup.IsParked, isParked),
	}
	if g.IsParked() {
		app.Say("%s is already %s.", g.Title, strings.ToLower(g.Status))
		return c.resume(ctx, app, session, g.ID, groupState(g, devops.PCUGroup.IsParked, isParked))
	}
	hibernated, err := requireParkable(ctx, session, g)
	if err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Park PCU group %s? Applications cannot use these databases until it is unparked: %s", g.Title, names(hibernated)); err != nil {
		return err
	}
	if err := c.run(ctx, app); err != nil {
		return err
	}
	return show(ctx, app, session, g.ID)
}

// requireParkable refuses a group that the service does not park. It returns the
// databases of the group.
func requireParkable(ctx context.Context, session *cli.Session, g devops.PCUGroup) ([]devops.Database, error) {
	if g.Reserved > 0 {
		return nil, exit.Failf(exit.Conflict, "PCU group %s has %s and cannot be parked", g.Title, spelling.Count(g.Reserved, "reserved unit")).
			WithHint("only flexible groups, which have no reserved units, can be parked")
	}
	members, err := session.PCUs.Members(ctx, g.ID)
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		return nil, exit.Failf(exit.Conflict, "PCU group %s has no databases and cannot be parked", g.Title).
			WithHint("to end its costs, delete it").WithNext(shellword.Line("astra", "pcu", "delete", "id:"+g.ID))
	}
	all, err := databasesOf(ctx, session, members)
	for _, d := range all {
		if len(d.Datacenters) > 1 {
			return nil, exit.Failf(exit.Conflict, "%s is in several regions (%s), so PCU group %s cannot be parked", d.Name, strings.Join(d.Regions, ", "), g.Title)
		}
		if d.State() == devops.StateChanging {
			return nil, exit.Failf(exit.Conflict, "%s is %s, so PCU group %s cannot be parked yet", d.Name, strings.ToLower(d.Status), g.Title)
		}
	}
	return all, err
}

// resume continues a change that was found in progress or complete, and shows the
// group.
func (c change) resume(ctx context.Context, app *cli.App, session *cli.Session, id string, now state) error {
	if !now.complete {
		if err := c.finish(ctx, app, now); err != nil {
			return err
		}
	}
	return show(ctx, app, session, id)
}

// lookAt returns the look of a change that the status of a group shows.
func lookAt(session *cli.Session, id string, begun, complete func(devops.PCUGroup) bool) func(context.Context) (state, error) {
	return func(ctx context.Context) (state, error) {
		g, err := session.PCUs.Get(ctx, id)
		if err != nil {
			return state{}, err
		}
		return groupState(g, begun, complete), nil
	}
}

func groupState(g devops.PCUGroup, begun, complete func(devops.PCUGroup) bool) state {
	return state{g.Status, begun(g), complete(g)}
}

// isUsable reports whether databases of the group have its capacity: a group is
// CREATED without databases, and for a while after it was unparked.
func isUsable(g devops.PCUGroup) bool { return g.Status == "CREATED" || g.Status == "ACTIVE" }
