package permission

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/iam"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get PERMISSION",
		Aliases: []string{"show", "describe"},
		Short:   "Explain one permission, and which default roles carry it",
		Example: "  astra permission get 'View DB'\n  astra permission get org-db-view -o json",
		Args:    cli.Args("PERMISSION"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := iam.FindPermission(args[0])
			if err != nil {
				return cli.UnknownPermission(err)
			}
			return cli.PrintOne(app, columns(), p)
		},
	}
}
