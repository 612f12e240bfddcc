package db

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

type deleteCmd struct {
	confirm  string
	ifExists bool
	wait     bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in deleteCmd
	cmd := &cobra.Command{
		Use:     "delete DB",
		Aliases: []string{"rm", "remove", "terminate"},
		Short:   "Delete a database with all its data",
		Long: `Delete a database with all its data in all regions. This cannot be undone. Type
the name of the database or give it with --confirm; --yes is not enough.

Deleting takes a few minutes, during which the status is TERMINATING. With
--wait, the command returns when the database is deleted. If it is interrupted,
run it again.`,
		Example: "  astra db create scratch --cloud gcp --region us-east1 --yes --wait\n" +
			"  astra db delete scratch --confirm scratch\n" +
			"  astra db delete nonesuch --confirm nonesuch --if-exists",
		Args:        cli.Args("DB"),
		Annotations: completion.Args(completion.Databases),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&in.confirm, "confirm", "", "`name` of the database, instead of typing it")
	f.BoolVar(&in.ifExists, "if-exists", false, "succeed if the database does not exist")
	cli.AddWait(f, &in.wait)
	return cmd
}

func (in deleteCmd) run(ctx context.Context, app *cli.App, ref string) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := session.Database(ctx, ref)
	if in.ifExists && exit.Is(err, exit.NotFound) {
		app.Say("Database %s does not exist.", ref)
		return bulkcmd.PrintAbsent(app, ref)
	}
	if err != nil {
		return err
	}
	if d.IsTerminating() {
		app.Say("%s is already being deleted.", d.Name)
	} else if err := app.ConfirmName(ctx, in.confirm, d.Name, "Delete %s database %s (%s) with all its data", d.Type, d.Name, strings.Join(d.Regions, ", ")); err != nil {
		return err
	}
	_, err = dbchange.Run(ctx, app, session, d, dbchange.Spec{
		Doing: "deleting " + d.Name, Wait: in.wait,
		// The ID, because the name may later belong to another database.
		Next:  shellword.Line("astra", "db", "delete", d.ID, "--confirm="+d.Name, "--if-exists", "--wait"),
		Send:  func(ctx context.Context) error { return session.Databases.Terminate(ctx, d.ID) },
		Begun: devops.Database.IsTerminating,
		Done:  func(d devops.Database) bool { return d.Status == "TERMINATED" },
	})
	if err != nil {
		return err
	}
	return app.Deselect(ctx, session, d.ID)
}
