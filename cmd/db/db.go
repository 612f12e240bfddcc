// Package db is "astra db": the databases of the organization.
package db

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "db",
		SuggestFor: []string{"database", "databases", "dbs"},
		Short:      "Manage databases",
		Long: `Manage the databases of the organization: create, list and delete them, wake
hibernated ones, and park and resize classic databases. A database is identified
by its name or ID.

The service runs the operations on a database one at a time. Without --wait, a
command returns when its operation has started; with --wait, when it is
finished, after at most 20 minutes or the time of --timeout. An interrupt ends
the command and not the operation: run the same command again to continue to
wait.`,
		Example: "  astra db list",
	}, newBundle, newCheck, newCreate, newDelete, newGet, newList, newPark, newResetPassword, newResize, newUnpark, newWake)
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
		{Key: "endpoint", Value: func(d devops.Database) any { return output.OrNull(lookup.Endpoint(d)) }, Wide: true},
		{Key: "createdAt", Value: func(d devops.Database) any { return d.CreatedAt }, Wide: true},
		{Key: "lastUsedAt", Value: func(d devops.Database) any { return d.LastUsedAt }, Wide: true},
		{Key: "observedStatus", Value: func(d devops.Database) any { return output.OrNull(strings.ToLower(d.ObservedStatus)) }, Wide: true},
		{Key: "message", Value: func(d devops.Database) any { return output.OrNull(d.Message) }, Wide: true, Wrap: true},
		{Key: "storage", Value: func(d devops.Database) any { return storage(d.Storage) }, Text: func(d devops.Database) string { return storage(d.Storage).String() }, Detail: true},
		{Key: "datacenters", Value: datacenters, Text: func(d devops.Database) string { return strings.Join(datacenterLines(d), ", ") }, Lines: datacenterLines, Detail: true},
	}
}

// storage is devops.Storage as it is printed.
type storage struct {
	Nodes             int `json:"nodes" yaml:"nodes"`
	ReplicationFactor int `json:"replicationFactor" yaml:"replicationFactor"`
	Total             int `json:"total" yaml:"total"`
	Displayed         int `json:"displayed" yaml:"displayed"`
}

// String describes the nodes, whose number has a documented meaning.
func (s storage) String() string {
	if s.Nodes == 0 {
		return ""
	}
	return spelling.Count(s.Nodes, "node")
}

func datacenters(d devops.Database) any {
	all := make([]map[string]any, 0, len(d.Datacenters))
	for _, dc := range d.Datacenters {
		all = append(all, map[string]any{"id": dc.ID, "region": dc.Region, "primary": dc.Primary, "nodes": dc.Nodes})
	}
	return all
}

func datacenterLines(d devops.Database) []string {
	var all []string
	for _, dc := range d.Datacenters {
		line := dc.ID + " in " + dc.Region
		if dc.Primary {
			line += ", primary"
		}
		if dc.Nodes > 0 {
			line += ", " + spelling.Count(dc.Nodes, "node")
		}
		all = append(all, line)
	}
	return all
}
