package pcu

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

type remove struct {
	database string
	ifExists bool
}

func newRemove(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:        "remove GROUP --db DB",
		SuggestFor: []string{"disassociate"},
		Short:      "Take a database out of a PCU group",
		Long: `Take a database out of a PCU group. The database keeps running, with
the shared capacity of the service. The group and its costs stay. A parked group
must be unparked first.`,
		Example: "  astra pcu add example --db demo --wait\n" +
			"  astra pcu remove example --db demo --yes -o json",
		Args:        cli.Args("GROUP"),
		Annotations: completion.Args(completion.PCUGroups),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	f.BoolVar(&in.ifExists, "if-exists", false, "succeed if the database is not in the group")
	completion.Flags(f, completion.Databases, "db")
	return cmd
}

func (in remove) run(ctx context.Context, app *cli.App, ref string) error {
	session, g, err := openGroup(ctx, app, ref)
	if err != nil {
		return err
	}
	d, err := session.DatabaseOrSelected(ctx, in.database)
	if err != nil {
		return err
	}
	members, err := session.PCUs.Members(ctx, g.ID)
	if err != nil {
		return err
	}
	id := memberOf(d, members)
	switch {
	case id == "" && in.ifExists:
		app.Say("%s is not in %s.", d.Name, g.Title)
		return cli.PrintOne(app, columns(), group{g, members})
	case id == "":
		return exit.Failf(exit.NotFound, "%s is not in PCU group %s", d.Name, g.Title).WithNext(shellword.Line("astra", "pcu", "get", "id:"+g.ID))
	}
	if err := lookup.CheckPCUGroupChange(g); err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Remove %s from PCU group %s? It then uses the shared capacity of the service.", d.Name, g.Title); err != nil {
		return err
	}
	c := change{
		doing: fmt.Sprintf("removing %s from %s", d.Name, g.Title), done: fmt.Sprintf("Removed %s from %s", d.Name, g.Title), again: "--if-exists",
		send: func(ctx context.Context) error { return session.PCUs.Remove(ctx, g.ID, id) },
		look: func(ctx context.Context) (state, error) {
			members, err := session.PCUs.Members(ctx, g.ID)
			gone := !contains(members, id)
			return state{begun: gone, complete: gone}, err
		},
	}
	if err := c.run(ctx, app); err != nil {
		return err
	}
	return show(ctx, app, session, g.ID)
}

// memberOf returns the ID of the datacenter of a database that is in a group, or "".
func memberOf(d devops.Database, members []devops.PCUMember) string {
	for _, dc := range d.Datacenters {
		if contains(members, dc.ID) {
			return dc.ID
		}
	}
	return ""
}
