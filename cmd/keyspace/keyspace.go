// Package keyspace is "astra keyspace": the keyspaces of a database.
package keyspace

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:   "keyspace",
		Short: "Manage the keyspaces of a database",
		Long: `Manage the keyspaces of a database: that of --db, else the selected one (see
"astra env use").

While a keyspace is created or deleted, the database has the status MAINTENANCE
and remains available. A command waits for other operations on the database to
finish.`,
		Example: "  astra keyspace list --db demo",
	}, newCreate, newDelete, newList)
}

func addDatabase(f *pflag.FlagSet, database *string) {
	f.StringVar(database, "db", "", "`name` or ID of the database (default: the selected one)")
	completion.Flags(f, completion.Databases, "db")
}

// A keyspace is a keyspace as it is printed.
type keyspace struct {
	name, database string
	isDefault      bool
}

func keyspaces(d devops.Database) []keyspace {
	list := make([]keyspace, 0, len(d.Keyspaces))
	for _, name := range d.Keyspaces {
		list = append(list, keyspace{name, d.Name, name == d.Keyspace})
	}
	return list
}

func columns() []output.Column[keyspace] {
	return []output.Column[keyspace]{
		{Key: "name", Value: func(k keyspace) any { return k.name }, Name: true, Sorted: true},
		{Key: "database", Value: func(k keyspace) any { return k.database }},
		{Key: "default", Value: func(k keyspace) any { return k.isDefault }, Mark: true},
	}
}

// has reports whether a database has a keyspace.
func has(d devops.Database, name string) bool { return slices.Contains(d.Keyspaces, name) }

// find returns the session and the database that ref means.
func find(ctx context.Context, app *cli.App, ref string) (*cli.Session, devops.Database, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return nil, devops.Database{}, err
	}
	d, err := session.DatabaseOrSelected(ctx, ref)
	return session, d, err
}
