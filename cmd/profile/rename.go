package profile

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/tokens"
)

func newRename(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "rename PROFILE NAME",
		Short: "Rename a profile",
		Long: `Rename a profile. Its secrets are copied to the new name, the configuration is
switched, and the old secrets are deleted. After a failure the profile has its
old name; the next command completes an interrupted renaming.`,
		Example:     "  astra profile rename default staging",
		Args:        cli.Args("PROFILE", "NAME"),
		Annotations: completion.Args(completion.Profiles),
		RunE: func(cmd *cobra.Command, args []string) error {
			return rename(cmd.Context(), app, args[0], args[1])
		},
	}
}

func rename(ctx context.Context, app *cli.App, from, to string) error {
	if err := refuseSandbox(app); err != nil {
		return err
	}
	if app.EndedRename.From == from && app.EndedRename.To == to {
		app.Say("Renamed profile %s to %s.", from, to)
		return nil
	}
	p, err := app.NamedProfile(from)
	if err != nil {
		return err
	}
	if err := config.CheckName(to); err != nil {
		return exit.Usagef("invalid profile name %q: %s", to, strings.TrimPrefix(err.Error(), config.ErrName.Error()+": "))
	}
	if _, err := app.NamedProfile(to); err == nil {
		return exit.Failf(exit.Conflict, "profile %q already exists", to)
	}
	if err := tokens.CheckNoRotation(app, "to rename profile "+from, tokens.InProfile(from)); err != nil {
		return err
	}
	if app.DryRunf("rename profile %s to %s, with its secrets", from, to) {
		return nil
	}
	if err := tokens.RenameProfile(ctx, app, p, to); err != nil {
		return err
	}
	app.Say("Renamed profile %s to %s.", from, to)
	return nil
}
