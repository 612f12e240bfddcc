package db

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:         "get DB",
		Aliases:     []string{"show", "describe"},
		Short:       "Show a database",
		Long:        "Show a database, by name or ID. A deleted database is found only by its ID.",
		Example:     "  astra db get demo\n  astra db get demo --jq .endpoint",
		Args:        cli.Args("DB"),
		Annotations: completion.Args(completion.Databases),
		RunE: func(cmd *cobra.Command, args []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			found, err := session.Database(cmd.Context(), args[0])
			const idLength = 36
			if exit.Is(err, exit.NotFound) && len(args[0]) == idLength {
				if deleted, lookErr := session.Databases.Get(cmd.Context(), args[0]); lookErr == nil {
					found, err = deleted, nil
				}
			}
			if err != nil {
				return err
			}
			return cli.PrintOne(app, columns(), found)
		},
	}
}
