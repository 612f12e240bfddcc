package org

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/browser"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

func newUse(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "use ORG",
		Short: "Switch to another organization",
		Long: `Switch to another organization, by name, ID or profile: its profile becomes the
current one. An organization without a profile requires a login first.`,
		Example:     "  astra org use production",
		Args:        cli.Args("ORG"),
		Annotations: completion.Args(completion.Organizations),
		RunE: func(cmd *cobra.Command, args []string) error {
			return use(cmd.Context(), app, args[0])
		},
	}
}

func use(ctx context.Context, app *cli.App, ref string) error {
	all, err := knownOrgs(app)
	if err != nil {
		return err
	}
	if err := checkOneProfile(matches(all, ref), ref); err != nil {
		return err
	}
	found, err := find(all, ref)
	switch {
	case err != nil && app.UsesSandbox():
		return exit.Usagef("the sandbox has only one organization")
	case exit.Is(err, exit.Conflict):
		return err
	case err != nil:
		return exit.Hint(err, "log in to that organization first", "astra auth login NAME")
	case found.profile == "":
		return exit.Failf(exit.NoCredential, "no credential for organization %s", found.name).
			WithHint("generate a token in its Portal (%s), then log in", browser.PortalPage(found.id, "settings", "tokens")).
			WithNext(login(ctx, app, found.name))
	}
	warnAlike(app, all, found, ref)
	if app.DryRunf("switch to %s (profile %s)", found.name, found.profile) {
		return nil
	}
	if err := app.UpdateConfig(ctx, func(c *config.Config) error { c.CurrentProfile = found.profile; return nil }); err != nil {
		return err
	}
	app.Say("Now using %s (profile %s).", found.name, found.profile)
	return nil
}

// checkOneProfile refuses an organization with several profiles.
func checkOneProfile(matches []organization, ref string) error {
	var profiles []string
	for _, m := range matches {
		if m.id != matches[0].id {
			return nil
		}
		if m.profile != "" {
			profiles = append(profiles, m.profile)
		}
	}
	if len(profiles) < 2 {
		return nil
	}
	e := exit.Failf(exit.Conflict, "organization %q has %s: %s", ref, spelling.Count(len(profiles), "profile"), strings.Join(profiles, ", "))
	e.Name = "AMBIGUOUS"
	return e.WithHint("specify one of the profiles").WithNext("astra org use PROFILE")
}
