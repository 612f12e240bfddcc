package profile

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
)

func newRename(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "rename PROFILE NAME",
		Short: "Give a profile another name",
		Long: `Give a profile another name. Its secrets are copied under the new name, then the
configuration is switched, then the old ones are dropped.`,
		Example: "  astra profile rename default staging",
		Args:    cli.Args("PROFILE", "NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return rename(cmd.Context(), app, args[0], args[1])
		},
	}
}

func rename(ctx context.Context, app *cli.App, from, to string) error {
	if err := refuseSandbox(app); err != nil {
		return err
	}
	p, err := app.NamedProfile(from)
	if err != nil {
		return err
	}
	if err := config.CheckName(to); err != nil {
		return cli.Usagef("%q cannot name a profile: %v", to, err)
	}
	if _, err := app.NamedProfile(to); err == nil {
		return cli.Failf(cli.Conflict, "profile %q exists already", to)
	}
	if err := app.NotRotating("to rename profile "+from, cli.InProfile(from)); err != nil {
		return err
	}
	if app.Rehearse("rename profile %s to %s, with its secrets", from, to) {
		return nil
	}
	if err := app.CopySecrets(ctx, p, to); err != nil {
		return err
	}
	err = app.UpdateConfig(ctx, func(c *config.Config) error {
		now, found := c.Find(from)
		if !found {
			return cli.Failf(cli.Conflict, "profile %s was removed meanwhile", from)
		}
		now.Name = to
		c.Remove(from)
		c.Put(now)
		if c.CurrentProfile == from {
			c.CurrentProfile = to
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := app.DropSecrets(ctx, p); err != nil {
		return cli.Hint(err, "the profile was renamed; only secrets under its old name are left")
	}
	app.Say("Renamed profile %s to %s.", from, to)
	return nil
}
