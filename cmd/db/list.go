package db

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

func newList(app *cli.App) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the databases",
		Example: "  astra db list\n  astra db list --all -o json",
		Args:    cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			include := "nonterminated"
			if all {
				include = "all"
			}
			databases, err := devops.Collect(session.Databases.All(cmd.Context(), include))
			if err != nil {
				return err
			}
			return cli.Print(app, columns(), databases, "No databases. This token sees only databases that its roles allow.")
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "include terminated databases")
	return cli.Listing(cmd, columns())
}
