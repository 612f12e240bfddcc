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
	return cli.Noun(&cobra.Command{
		Use:     "db",
		Short:   "See the databases of the organization",
		Example: "  astra --sandbox db list",
	}, newBundle(app), newGet(app), newList(app))
}

func columns() []output.Column[devops.Database] {
	return []output.Column[devops.Database]{
		{Key: "id", Value: func(d devops.Database) any { return d.ID }, Name: true},
		{Key: "name", Value: func(d devops.Database) any { return d.Name }},
		{Key: "status", Value: func(d devops.Database) any { return strings.ToLower(d.Status) }},
		{Key: "type", Value: func(d devops.Database) any { return strings.ToLower(d.Type) }},
		{Key: "cloud", Value: func(d devops.Database) any { return strings.ToLower(d.Cloud) }},
		{Key: "region", Value: func(d devops.Database) any { return d.Region }},
		{Key: "regions", Value: func(d devops.Database) any { return d.Regions }, Wide: true},
		{Key: "keyspaces", Value: func(d devops.Database) any { return d.Keyspaces }},
		{Key: "endpoint", Value: func(d devops.Database) any { return output.OrNull(cli.Endpoint(d)) }, Wide: true},
		{Key: "createdAt", Value: func(d devops.Database) any { return d.CreatedAt }, Wide: true},
	}
}
