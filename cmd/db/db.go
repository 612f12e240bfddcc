// Package db is "astra db": the databases of the organization.
package db

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "db",
		SuggestFor: []string{"database", "databases", "dbs"},
		Short:      "Manage the databases of the organization",
		Long: `Manage the databases of the organization: make and delete them, park and resize
classic ones, and see what there is. A database is named by its name or its id.

The service makes each change in its own time, one after the other for each
database. Without --wait a command ends when its change has begun, with --wait when
it is done, after at most 20 minutes or what --timeout says. An interrupt ends the
command and not the change: the same command, run again, goes on waiting.`,
		Example: "  astra --sandbox db list",
	}, newBundle, newCreate, newDelete, newGet, newList, newPark, newResetPassword, newResize, newUnpark)
}

func columns() []output.Column[devops.Database] {
	return []output.Column[devops.Database]{
		{Key: "id", Value: func(d devops.Database) any { return d.ID }, Name: true, Spare: 1},
		{Key: "name", Value: func(d devops.Database) any { return d.Name }, Sorted: true},
		{Key: "status", Value: func(d devops.Database) any { return strings.ToLower(d.Status) }, State: true},
		{Key: "type", Value: func(d devops.Database) any { return strings.ToLower(d.Type) }, Spare: 1},
		{Key: "cloud", Value: func(d devops.Database) any { return strings.ToLower(d.Cloud) }, Spare: 1},
		{Key: "region", Value: func(d devops.Database) any { return d.Region }},
		{Key: "regions", Value: func(d devops.Database) any { return d.Regions }, Wide: true},
		{Key: "keyspaces", Value: func(d devops.Database) any { return d.Keyspaces }, Spare: 1},
		{Key: "endpoint", Value: func(d devops.Database) any { return output.OrNull(cli.Endpoint(d)) }, Wide: true},
		{Key: "createdAt", Value: func(d devops.Database) any { return d.CreatedAt }, Wide: true},
	}
}
