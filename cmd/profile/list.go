package profile

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the profiles",
		Example: "  astra profile list\n  astra profile list -o json",
		Args:    cli.Args(),
		RunE: func(*cobra.Command, []string) error {
			if err := refuseSandbox(app); err != nil {
				return err
			}
			cfg, err := app.Config()
			if err != nil {
				return err
			}
			var rows []profileRow
			for _, p := range cfg.Profiles {
				rows = append(rows, profileRow{p, p.Name == cfg.CurrentProfile})
			}
			return cli.Print(app, columns(), rows, "No profiles. Log in with: astra auth login")
		},
	}, columns())
}
