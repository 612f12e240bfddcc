package auth

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/tokens"
)

func newLogout(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:        "logout [PROFILE]",
		SuggestFor: []string{"signout", "remove"},
		Short:      "Delete the stored token of a profile",
		Long: `Delete the stored token and the REST sessions of a profile, by default the
active one. The profile and its selected databases are kept for the next login.
The token itself is still valid; to revoke it, use "astra token delete".`,
		Example:     "  astra auth logout production --yes",
		Args:        cli.Args("[PROFILE]"),
		Annotations: completion.Args(completion.Profiles),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			return logout(cmd.Context(), app, name)
		},
	}
}

func logout(ctx context.Context, app *cli.App, name string) error {
	if app.UsesSandbox() {
		return exit.Usagef("the sandbox has no login").WithNext("astra sandbox reset")
	}
	p, err := app.NamedProfile(name)
	if err != nil {
		return err
	}
	if p.Store == string(credential.Env) {
		app.Say("Profile %s stores no token. To log out, unset ASTRA_TOKEN.", p.Name)
		return nil
	}
	if err := tokens.CheckNoRotation(app, "to log out of "+p.Name, tokens.InProfile(p.Name)); err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Delete the stored token of profile %s?", p.Name); err != nil {
		return err
	}
	if app.DryRunf("delete the token of profile %s from the %s", p.Name, p.Store) {
		return nil
	}
	store, err := app.Store(p.Store)
	if err != nil {
		return err
	}
	err = store.Delete(ctx, credential.LoginKey(p.Name, p.ClientID))
	there := !errors.Is(err, credential.ErrNotFound)
	if err != nil && there {
		return err
	}
	if err := app.DropRESTSessions(ctx, p, ""); err != nil {
		return err
	}
	completion.Forget(app, p)
	if !there {
		app.Say("Profile %s is already logged out.", p.Name)
		return nil
	}
	app.Say("Logged out of %s. The token itself is still valid; to revoke it: %s", p.Name, app.Command("astra token delete "+p.ClientID))
	return nil
}
