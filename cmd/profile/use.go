package profile

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
)

func newUse(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:         "use PROFILE",
		Short:       "Switch to another profile",
		Example:     "  astra profile use production",
		Args:        cli.Args("PROFILE"),
		Annotations: completion.Args(completion.Profiles),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := refuseSandbox(app); err != nil {
				return err
			}
			p, err := app.NamedProfile(args[0])
			if err != nil {
				return err
			}
			if app.DryRunf("make %s the current profile", p.Name) {
				return nil
			}
			if err := app.UpdateConfig(cmd.Context(), func(c *config.Config) error { c.CurrentProfile = p.Name; return nil }); err != nil {
				return err
			}
			app.Say("Now using profile %s.", p.Name)
			return nil
		},
	}
}
