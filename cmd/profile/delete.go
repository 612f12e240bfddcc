package profile

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/tokens"
)

func newDelete(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "delete PROFILE",
		Aliases: []string{"rm", "remove"},
		Short:   "Delete a profile and its stored secrets",
		Long: `Delete a profile and its stored secrets. Tokens are not revoked: a token whose
only copy is deleted here stays valid until "astra token delete".`,
		Example:     "  astra profile delete old --yes",
		Args:        cli.Args("PROFILE"),
		Annotations: completion.Args(completion.Profiles),
		RunE: func(cmd *cobra.Command, args []string) error {
			return remove(cmd.Context(), app, args[0])
		},
	}
}

func remove(ctx context.Context, app *cli.App, name string) error {
	if err := refuseSandbox(app); err != nil {
		return err
	}
	p, err := app.NamedProfile(name)
	if err != nil {
		return err
	}
	if err := tokens.CheckNoRotation(app, "to delete profile "+p.Name, tokens.InProfile(p.Name)); err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Delete profile %s and %s stored for it?", p.Name, spelling.Count(tokens.SecretsOf(p), "secret")); err != nil {
		return err
	}
	if app.DryRunf("delete profile %s with its stored secrets", p.Name) {
		return nil
	}
	if err := tokens.DeleteProfile(ctx, app, p); err != nil {
		return err
	}
	completion.Forget(app, p)
	app.Say("Deleted profile %s.", p.Name)
	return nil
}
