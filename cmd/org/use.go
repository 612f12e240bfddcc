package org

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
)

func newUse(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "use ORG",
		Short:   "Switch to another organization",
		Long:    "Switch to another organization, by name, id or profile: make its profile the current one.",
		Example: "  astra org use production",
		Args:    cli.Args("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return use(cmd.Context(), app, args[0])
		},
	}
}

func use(ctx context.Context, app *cli.App, ref string) error {
	if app.Sandboxed() {
		return cli.Usagef("the sandbox is one organization: there is nothing to switch to")
	}
	cfg, err := app.Config()
	if err != nil {
		return err
	}
	var all []organization
	for _, p := range cfg.Profiles {
		all = append(all, organization{id: p.Org.ID, name: p.Org.Name, profile: p.Name})
	}
	found, err := find(all, ref)
	if err != nil {
		return cli.Hint(err, "a credential belongs to one organization: log in to it once", "astra auth login NAME")
	}
	if err := app.UpdateConfig(ctx, func(c *config.Config) error { c.CurrentProfile = found.profile; return nil }); err != nil {
		return err
	}
	app.Say("Now using %s (profile %s).", found.name, found.profile)
	return nil
}
