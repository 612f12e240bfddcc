package keyspace

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	database := ""
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the keyspaces of a database",
		Example: "  astra keyspace list --db demo\n" +
			"  astra env use demo && astra keyspace list -o json",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, d, err := find(cmd.Context(), app, database)
			if err != nil {
				return err
			}
			return cli.Print(app, columns(), keyspaces(d), d.Name+" has no keyspaces.")
		},
	}
	addDatabase(cmd.Flags(), &database)
	return cli.Listing(cmd, columns())
}
