package sandbox

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newDump(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "dump",
		Short: "Write the state of the sandbox as JSON",
		Long: `Write the whole state of the sandbox as JSON, for "astra sandbox load". Its only
secret is the administrator's token.`,
		Example: "  astra sandbox dump > sandbox.json",
		Args:    cli.Args(),
		RunE: func(*cobra.Command, []string) error {
			server, err := app.Sandbox()
			if err != nil {
				return err
			}
			return server.Dump(app.RawOut()) // unredacted, to be loaded again
		},
	}
}
