package keyspace

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

type create struct {
	database    string
	ifNotExists bool
	wait        bool
}

func newCreate(app *cli.App) *cobra.Command {
	var in create
	cmd := &cobra.Command{
		Use:        "create NAME",
		SuggestFor: []string{"add", "new"},
		Short:      "Create a keyspace",
		Long: `Create a keyspace. It is listed after some seconds; with --wait, the command
returns when the keyspace can be used.`,
		Example: "  astra keyspace create orders --db demo --wait\n" +
			"  astra keyspace create orders --db demo --if-not-exists",
		Args: cli.Args("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	addDatabase(f, &in.database)
	f.BoolVar(&in.ifNotExists, "if-not-exists", false, "succeed if the keyspace exists")
	cli.AddWait(f, &in.wait)
	return cmd
}

func (in create) run(ctx context.Context, app *cli.App, name string) error {
	if err := lookup.CheckKeyspace(name); err != nil {
		return err
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, d, err := find(ctx, app, in.database)
	if err != nil {
		return err
	}
	switch {
	case has(d, name) && in.ifNotExists:
		app.Say("%s already has keyspace %s.", d.Name, name)
	case has(d, name):
		return exit.Failf(exit.Conflict, "%s already has keyspace %s", d.Name, name).
			WithHint("use --if-not-exists to accept it").WithNext("astra keyspace list --db " + shellword.Quote(d.Name))
	}
	d, err = dbchange.Run(ctx, app, session, d, dbchange.Spec{
		Doing: fmt.Sprintf("creating keyspace %s in %s", name, d.Name), Again: "--if-not-exists", Wait: in.wait,
		Send: func(ctx context.Context) error { return session.Databases.CreateKeyspace(ctx, d.ID, name) },
		Done: func(d devops.Database) bool { return has(d, name) && d.State() != devops.StateChanging },
	})
	if err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), keyspace{name, d.Name, name == d.Keyspace})
}
