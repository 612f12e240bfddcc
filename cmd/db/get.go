package db

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get DB",
		Aliases: []string{"show", "describe"},
		Short:   "Show a database",
		Long: `Show a database, by name or ID. A deleted database is found only by its ID.

-o wide, json and yaml, --jq, --template and --columns include the PCU groups of
the database, which take a second request. They are null if the role of the token
may not see them.`,
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
			if !showsGroups(app.Globals) {
				return cli.PrintOne(app, columns(), found)
			}
			return cli.PrintOne(app, detailedColumns(cmd.Context(), app, session, found), found)
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

// showsGroups reports whether the output includes the PCU groups. The usual output does
// not, so that it takes one request.
func showsGroups(g cli.Globals) bool {
	full := []output.Format{output.Wide, output.JSON, output.YAML}
	return g.JQ != "" || g.Template != "" || len(g.Columns) > 0 || slices.Contains(full, output.Format(g.Output))
}

// detailedColumns returns the columns with the PCU groups of a database.
// They are extra: a failure to read them leaves them unknown.
func detailedColumns(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database) []output.Column[devops.Database] {
	var groups []pcuGroup
	if !d.IsTerminating() {
		var err error
		groups, err = groupsOf(ctx, session, d)
		switch {
		case errors.Is(err, devops.ErrForbidden):
			app.Verbosef("the PCU groups are unknown: %v", err)
		case err != nil:
			app.Warn("the PCU groups are unknown: %v", err)
		}
	}
	return append(columns(), output.Column[devops.Database]{
		Key: "pcuGroups", Detail: true,
		Value: func(devops.Database) any {
			if groups == nil {
				return nil
			}
			return groups
		},
		Text: func(devops.Database) string {
			var titles []string
			for _, g := range groups {
				titles = append(titles, g.Title)
			}
			return strings.Join(titles, ", ")
		},
	})
}
