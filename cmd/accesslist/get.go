package accesslist

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newGet(app *cli.App) *cobra.Command {
	var in dbFlag
	cmd := &cobra.Command{
		Use:     "get",
		Aliases: []string{"show", "describe"},
		Short:   "Show an access list",
		Long: `Show an access list. A database without an access list has an empty one that is
not enabled.`,
		Example: "  astra access-list get --db demo\n" +
			"  astra access-list get --db demo --jq '.addresses[].address'\n" +
			"  astra access-list get --devops-api",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := in.open(cmd.Context(), app)
			if err != nil {
				return err
			}
			list, err := p.read(cmd.Context())
			if err != nil {
				return err
			}
			return cli.PrintOne(app, columns(), p.listRow(list))
		},
	}
	in.add(cmd)
	return cmd
}
