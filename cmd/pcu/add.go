package pcu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
		Use:        "add GROUP --db DB",
		SuggestFor: []string{"associate", "move", "transfer"},
		Short:      "Put a database into a PCU group",
		Long: `Put a serverless database into a group of its cloud and region. From then on it
uses the units of the group. A database in several regions has one group for each
region. A database that is in another group is moved.`,
		Example:     "  astra pcu add example --db demo --wait -o json",
		Args:        cli.Args("GROUP"),
		Annotations: completion.Args(completion.PCUGroups),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	cli.AddWait(f, &in.wait)
	completion.Flags(f, completion.Databases, "db")
	return cmd
}

func (in add) run(ctx context.Context, app *cli.App, ref string) error {
	session, g, err := openGroup(ctx, app, ref)
	if err != nil {
		return err
	}
	d, err := session.DatabaseOrSelected(ctx, in.database)
	if err != nil {
		return err
	}
	dc, err := datacenterFor(g, d)
	if err != nil {
		return err
	}
	old, err := session.PCUs.OfDatacenter(ctx, dc.ID)
	if err != nil && !errors.Is(err, devops.ErrNotFound) {
		return err
	}
	c := change{
		doing: fmt.Sprintf("adding %s to %s", d.Name, g.Title), done: fmt.Sprintf("Added %s to %s", d.Name, g.Title), waits: true, wait: in.wait,
		send: func(ctx context.Context) error { return session.PCUs.Add(ctx, g.ID, dc.ID) },
		look: func(ctx context.Context) (state, error) { return lookAtMember(ctx, session, g.ID, d.ID, dc.ID) },
	}
	if old.ID == g.ID {
		app.Say("%s is already in %s.", d.Name, g.Title)
		now, err := c.look(ctx)
		if err != nil {
			return err
		}
		return c.resume(ctx, app, session, g.ID, now)
	}
	if err := requireAddable(g, old, d); err != nil {
		return err
	}
	if old.ID != "" {
		c.doing, c.done = fmt.Sprintf("moving %s from %s to %s", d.Name, old.Title, g.Title), fmt.Sprintf("Moved %s from %s to %s", d.Name, old.Title, g.Title)
		c.send = func(ctx context.Context) error { return session.PCUs.Move(ctx, dc.ID, old.ID, g.ID) }
		if err := app.Confirm(ctx, "Move %s from PCU group %s to %s?", d.Name, old.Title, g.Title); err != nil {
			return err
		}
	}
	if err := c.run(ctx, app); err != nil {
		return err
	}
	return show(ctx, app, session, g.ID)
}

// datacenterFor returns the datacenter of a database that can be in a group.
func datacenterFor(g devops.PCUGroup, d devops.Database) (devops.Datacenter, error) {
	if d.Type == "classic" {
		return devops.Datacenter{}, exit.Usagef("%s is a classic database; only serverless databases can be in a PCU group", d.Name)
	}
	i := slices.IndexFunc(d.Datacenters, func(dc devops.Datacenter) bool {
		return dc.ID != "" && strings.EqualFold(dc.Cloud, g.Cloud) && dc.Region == g.Region
	})
	if i < 0 {
		return devops.Datacenter{}, exit.Usagef("%s is in %s (%s), but PCU group %s is in %s (%s)",
			d.Name, strings.Join(d.Regions, ", "), strings.ToLower(d.Cloud), g.Title, g.Region, strings.ToLower(g.Cloud))
	}
	return d.Datacenters[i], nil
}

// requireAddable refuses parked groups, and a database that cannot be added now.
func requireAddable(g, old devops.PCUGroup, d devops.Database) error {
	for _, one := range []devops.PCUGroup{g, old} {
		if err := lookup.CheckPCUGroupChange(one); err != nil {
			return err
		}
	}
	if d.Status == "ACTIVE" || d.Status == "ASSOCIATING" { // another region may be added at the same time
		return nil
	}
	err := exit.Failf(exit.Conflict, "%s is %s; only an active database can be added to a PCU group", d.Name, strings.ToLower(d.Status))
	err.Cause = devops.ErrConflict
	return dbchange.ExplainConflict(d, err)
}

// lookAtMember returns the state of adding a datacenter to a group: complete when
// both the group and the database are active.
func lookAtMember(ctx context.Context, session *cli.Session, groupID, databaseID, datacenterID string) (state, error) {
	members, err := session.PCUs.Members(ctx, groupID)
	if err != nil || !contains(members, datacenterID) {
		return state{}, err
	}
	g, err := session.PCUs.Get(ctx, groupID)
	if err != nil || g.Status != "ACTIVE" {
		return state{status: g.Status, begun: true, complete: false}, err
	}
	d, err := session.Databases.Get(ctx, databaseID)
	return state{d.Status, true, d.State() != devops.StateChanging}, err
}
