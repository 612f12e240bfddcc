// Package pcu is "astra pcu": groups of provisioned capacity units.
package pcu

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
		Use:   "pcu",
		Short: "Show provisioned capacity units",
		Long: `Show groups of provisioned capacity units: capacity reserved for the databases
of a group, all in one cloud and region. Groups are created and changed in the
Portal.`,
		Example: "  astra pcu list",
	}, newGet, newList)
}

// group is a group as it is printed.
type group struct {
	devops.PCUGroup

	members []devops.PCUMember // only asked for where one group is shown
}

// member is a datacenter in a group as it is printed.
type member struct {
	DatacenterID string `json:"datacenterId" yaml:"datacenterId"`
	Status       string `json:"status" yaml:"status"`
}

func columns() []output.Column[group] {
	return []output.Column[group]{
		{Key: "id", Value: func(g group) any { return g.ID }, Name: true, Spare: 1},
		{Key: "title", Value: func(g group) any { return g.Title }, Sorted: true},
		{Key: "status", Value: func(g group) any { return strings.ToLower(g.Status) }, State: true},
		{Key: "cloud", Value: func(g group) any { return strings.ToLower(g.Cloud) }, Spare: 1},
		{Key: "region", Value: func(g group) any { return g.Region }},
		{Key: "type", Value: func(g group) any { return g.Type }, Spare: 1},
		{Key: "provision", Value: func(g group) any { return strings.ToLower(g.Provision) }, Wide: true},
		{Key: "min", Value: func(g group) any { return g.Min }},
		{Key: "max", Value: func(g group) any { return g.Max }},
		{Key: "reserved", Value: func(g group) any { return g.Reserved }, Spare: 1},
		{Key: "description", Value: func(g group) any { return g.Description }, Wide: true},
		{Key: "createdAt", Value: func(g group) any { return g.CreatedAt }, Wide: true},
		{Key: "datacenters", Value: func(g group) any { return g.listed() }, Text: group.words, Detail: true},
	}
}

func (g group) listed() []member {
	all := make([]member, 0, len(g.members))
	for _, m := range g.members {
		all = append(all, member{m.DatacenterID, strings.ToLower(m.Status)})
	}
	return all
}

func (g group) words() string {
	var all []string
	for _, m := range g.members {
		all = append(all, m.DatacenterID)
	}
	return strings.Join(all, ", ")
}
