package accesslist

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newGet(app *cli.App) *cobra.Command {
	var in target
	cmd := &cobra.Command{
		Use:     "get",
		Aliases: []string{"show", "describe"},
		Short:   "Show one access list",
		Long:    "Show one access list. A database that has none has an empty one, which is not enabled.",
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
			return cli.PrintOne(app, columns(), p.listed(list))
		},
	}
	in.add(cmd)
	return cmd
}
