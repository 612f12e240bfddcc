package profile

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:         "get [PROFILE]",
		Aliases:     []string{"show", "describe"},
		Short:       "Show a profile",
		Long:        "Show a profile, by default the active one.",
		Example:     "  astra profile get\n  astra profile get production -o json",
		Args:        cli.Args("[PROFILE]"),
		Annotations: completion.Args(completion.Profiles),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := refuseSandbox(app); err != nil {
				return err
			}
			p, err := app.NamedProfile(append(args, "")[0])
			if err != nil {
				return err
			}
			cfg, err := app.Config()
			if err != nil {
				return err
			}
			return cli.PrintOne(app, columns(), profileRow{p, p.Name == cfg.CurrentProfile})
		},
	}
}
