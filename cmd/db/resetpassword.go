package db

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
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
		Short: "Reset the password of a classic database user",
		Long: `Reset the password of a user of a classic database. It is read from a prompt
that does not show it, from standard input or from --password-file, and has at
least six characters.

Databases created since March 4, 2021 have no user names and passwords: use
application tokens.`,
		Example:     "  echo 'another password' | astra db reset-password legacy --username legacy --yes",
		Args:        cli.Args("DB"),
		Annotations: completion.Args(completion.Databases),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	cmd.Flags().StringVar(&in.username, "username", "", "`name` of the user")
	cmd.Flags().StringVar(&in.file, "password-file", "", "read the new password from a `file`; - reads standard input")
	cli.AddWait(cmd.Flags(), &in.wait)
	completion.Flags(cmd.Flags(), completion.Files, "password-file")
	return cmd
}

func (in resetPassword) run(ctx context.Context, app *cli.App, ref string) error {
	if in.username == "" {
		return exit.Usagef("--username is required")
	}
	session, d, err := findClassic(ctx, app, ref, "given passwords", "serverless databases use application tokens: astra token generate")
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
	return runChange(ctx, app, session, d, dbchange.Spec{
		Doing: "resetting the password of " + in.username, Wait: in.wait,
		Send: func(ctx context.Context) error {
			err := session.Databases.ResetPassword(ctx, d.ID, in.username, password)
			sent = err == nil
			return err
		},
		Done: func(d devops.Database) bool { return sent && d.State() != devops.StateChanging },
	}, "Reset the password of %s in %s? The old password stops working.", in.username, d.Name)
}
