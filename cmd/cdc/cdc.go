// Package cdc is "astra cdc": change data capture.
package cdc

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
		Use:   "cdc",
		Short: "Manage change data capture (CDC)",
		Long: `Manage change data capture (CDC): which tables send their changes to a tenant of
Astra Streaming, one for each region.`,
		Example: "  astra cdc list",
	}, newDisable, newEnable, newGet, newList)
}

// stream is the change data capture of a table as it is printed.
type stream struct {
	database string
	table    devops.CDCTable
	status   string // only asked for where one table is shown
	regions  []devops.CDCRegion
}

// region is where changes go as it is printed.
type region struct {
	Region       string `json:"region" yaml:"region"`
	DatacenterID string `json:"datacenterId" yaml:"datacenterId"`
	Cluster      string `json:"cluster" yaml:"cluster"`
	Tenant       string `json:"tenant" yaml:"tenant"`
}

func columns() []output.Column[stream] {
	return []output.Column[stream]{
		{Key: "database", Value: func(s stream) any { return s.database }, Sorted: true},
		{Key: "keyspace", Value: func(s stream) any { return s.table.Keyspace }, Sorted: true},
		{Key: "table", Value: func(s stream) any { return s.table.Table }, Name: true, Called: stream.ref, Sorted: true},
		{Key: "status", Value: func(s stream) any { return output.OrNull(strings.ToLower(s.status)) }, State: true, Detail: true},
		{Key: "regions", Value: func(s stream) any { return s.regionObjects() }, Text: stream.words},
	}
}

// ref is what "cdc get" takes.
func (s stream) ref() string { return s.table.Keyspace + "." + s.table.Table }

func (s stream) regionObjects() []region {
	all := make([]region, 0, len(s.regions))
	for _, r := range s.regions {
		all = append(all, region{r.Region, r.DatacenterID, r.Cluster, r.Tenant})
	}
	return all
}

func (s stream) words() string {
	var all []string
	for _, r := range s.regions {
		all = append(all, r.Region+" to "+r.Cluster+"/"+r.Tenant)
	}
	return strings.Join(all, ", ")
}
