package db

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
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
			found, err := findDeleted(cmd.Context(), session, args[0])
			if err != nil {
				return err
			}
			dbchange.SayHibernated(app, found)
			return cli.PrintOne(app, columns(), found)
		},
	}
}

// findDeleted returns a database by name or ID, and a deleted one by its ID.
func findDeleted(ctx context.Context, session *cli.Session, ref string) (devops.Database, error) {
	found, err := session.Database(ctx, ref)
	const idLength = 36
	if exit.Is(err, exit.NotFound) && len(ref) == idLength {
		if deleted, lookErr := session.Databases.Get(ctx, ref); lookErr == nil {
			return deleted, nil
		}
	}
	return found, err
}
