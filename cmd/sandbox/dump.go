package sandbox

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newDump(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "dump",
		Short: "Write the sandbox's whole state as JSON",
		Long: `Write the sandbox's whole state as JSON, for "sandbox load". Of all secrets it holds
only the administrator's token.`,
		Example: "  astra sandbox dump > sandbox.json",
		Args:    cli.Args(),
		RunE: func(*cobra.Command, []string) error {
			server, err := app.Sandbox()
			if err != nil {
				return err
			}
			return server.Dump(app.Unfiltered()) // as it is: it is to be loaded again
		},
	}
}
