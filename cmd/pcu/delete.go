package pcu

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type deleteCmd struct {
	ifExists bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in deleteCmd
	cmd := &cobra.Command{
		Use:     "delete GROUP",
		Aliases: []string{"rm"},
		Short:   "Delete a PCU group",
		Long: `Delete a PCU group, which ends its costs. Remove its databases
first. A group with reserved units cannot be deleted.`,
		Example: "  astra pcu create batch --cloud gcp --region us-east1 --min 1 --max 4 --yes\n" +
			"  astra pcu delete batch --yes",
		Args:        cli.Args("GROUP"),
		Annotations: completion.Args(completion.PCUGroups),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if the group does not exist")
	return cmd
}

func (in deleteCmd) run(ctx context.Context, app *cli.App, ref string) error {
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	g, err := findGroup(ctx, session, ref)
	if in.ifExists && exit.Is(err, exit.NotFound) {
		app.Say("PCU group %s does not exist.", ref)
		return bulkcmd.PrintAbsent(app, ref)
	}
	if err != nil {
		return err
	}
	if g.Reserved > 0 {
		return exit.Failf(exit.Conflict, "PCU group %s has %s and cannot be deleted", g.Title, spelling.Count(g.Reserved, "reserved unit")).
			WithHint("reserved units are a commitment until the subscription is renewed")
	}
	if err := requireEmpty(ctx, session, g); err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Delete PCU group %s (%s)?", g.Title, capacity(g)); err != nil {
		return err
	}
	c := change{
		doing: "deleting PCU group " + g.Title, done: "Deleted PCU group " + g.Title, again: "--if-exists",
		send: func(ctx context.Context) error {
			err := session.PCUs.Delete(ctx, g.ID)
			if !errors.Is(err, devops.ErrNotFound) {
				return err
			}
			if _, lookErr := session.PCUs.Get(ctx, g.ID); errors.Is(lookErr, devops.ErrNotFound) { // another client deleted it
				return nil
			}
			return err
		},
		look: func(ctx context.Context) (state, error) {
			_, err := session.PCUs.Get(ctx, g.ID)
			if errors.Is(err, devops.ErrNotFound) {
				return state{begun: true, complete: true}, nil
			}
			return state{}, err
		},
	}
	if err := c.run(ctx, app); err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), group{PCUGroup: g})
}

// requireEmpty refuses a group with databases, and names them.
func requireEmpty(ctx context.Context, session *cli.Session, g devops.PCUGroup) error {
	members, err := session.PCUs.Members(ctx, g.ID)
	if err != nil || len(members) == 0 {
		return err
	}
	all, err := databasesOf(ctx, session, members)
	if err != nil {
		return err
	}
	e := exit.Failf(exit.Conflict, "PCU group %s still has databases: %s", g.Title, names(all)).WithHint("remove them first")
	for _, d := range all {
		e = e.WithNext(shellword.Line("astra", "pcu", "remove", "id:"+g.ID, "--db", d.Name))
	}
	return e
}
