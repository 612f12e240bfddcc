package keyspace

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

type remove struct {
	database string
	ifExists bool
	force    bool
	wait     bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:     "delete KEYSPACE",
		Aliases: []string{"rm", "remove", "drop"},
		Short:   "Delete a keyspace with all its data",
		Long: `Delete a keyspace with all its data. This cannot be undone.

Deleting the default keyspace requires --force: clients use it when they name no
other, and the service may refuse to delete it.`,
		Example: "  astra keyspace create scratch --db demo --wait\n" +
			"  astra keyspace delete scratch --db demo --yes --wait",
		Args:        cli.Args("KEYSPACE"),
		Annotations: completion.Args(completion.Keyspaces),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	addDatabase(f, &in.database)
	f.BoolVar(&in.ifExists, "if-exists", false, "succeed if the keyspace does not exist")
	f.BoolVar(&in.force, "force", false, "allow deleting the default keyspace")
	cli.AddWait(f, &in.wait)
	return cmd
}

func (in remove) run(ctx context.Context, app *cli.App, name string) error {
	session, d, err := find(ctx, app, in.database)
	if err != nil {
		return err
	}
	change := dbchange.Spec{
		Doing: fmt.Sprintf("deleting keyspace %s of %s", name, d.Name), Again: "--if-exists", Wait: in.wait,
		Send: func(ctx context.Context) error { return session.Databases.DropKeyspace(ctx, d.ID, name) },
		Done: func(d devops.Database) bool { return !has(d, name) && d.State() != devops.StateChanging },
	}
	if !has(d, name) && in.ifExists && !change.Done(d) { // one that is being made is not listed yet
		if d, err = dbchange.AwaitFree(ctx, app, session, d, change); err != nil {
			return err
		}
	}
	switch {
	case !has(d, name) && in.ifExists:
		app.Say("Keyspace %[2]s does not exist in %[1]s.", d.Name, name)
		return bulkcmd.PrintAbsent(app, name)
	case !has(d, name):
		return exit.NotFoundf("keyspace", name, d.Keyspaces)
	case name == d.Keyspace && !in.force:
		return exit.Refusef("%s is the default keyspace of %s", name, d.Name).WithHint("use --force to delete it anyway")
	}
	if err := app.Confirm(ctx, "Delete keyspace %s of %s with all its data?", name, d.Name); err != nil {
		return err
	}
	_, err = dbchange.Run(ctx, app, session, d, change)
	return err
}
