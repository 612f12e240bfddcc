package db

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

type resetPassword struct {
	username, file string
	wait           bool
}

func newResetPassword(app *cli.App) *cobra.Command {
	var in resetPassword
	cmd := &cobra.Command{
		Use:   "reset-password DB --username USER",
		Short: "Give a user of a classic database another password",
		Long: `Give a user of a classic database another password. It is asked for without being
shown, or comes from standard input or --password-file, and needs six characters.

Databases made since March 4, 2021 know no user names and passwords: they take
application tokens.`,
		Example: "  echo 'another password' | astra db reset-password legacy --username legacy --yes",
		Args:    cli.Args("DB"),
		RunE:    func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	cmd.Flags().StringVar(&in.username, "username", "", "`name` of the user")
	cmd.Flags().StringVar(&in.file, "password-file", "", "`file` with the new password, - for standard input")
	cli.AddWait(cmd.Flags(), &in.wait)
	return cmd
}

func (in resetPassword) run(ctx context.Context, app *cli.App, ref string) error {
	if in.username == "" {
		return cli.Usagef("--username is missing: whose password is it?")
	}
	session, d, err := classic(ctx, app, ref, "given passwords", "its users are application tokens: astra token generate")
	if err != nil {
		return err
	}
	var password secret.Text
	if !app.Globals.DryRun {
		if password, err = app.NewPassword(ctx, in.file, in.username); err != nil {
			return err
		}
	}
	sent := false
	return perform(ctx, app, session, d, cli.Change{
		Doing: "resetting the password of " + in.username, Wait: in.wait,
		Send: func(ctx context.Context) error {
			err := session.Databases.ResetPassword(ctx, d.ID, in.username, password)
			sent = err == nil
			return err
		},
		Done: func(d devops.Database) bool { return sent && d.State() != devops.Changing },
	}, "Reset the password of %s in %s, so that the old one stops working?", in.username, d.Name)
}
