// Package pcu is "astra pcu": groups of provisioned capacity units.
package pcu

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:   "pcu",
		Short: "Manage provisioned capacity units",
		Long: `Manage groups of provisioned capacity units (PCU): capacity for serverless
databases of one cloud and region. A group has at least --min units at all times
and up to --max under load. Each hour is billed; --reserved units are a
commitment at another rate. A group without reserved units is flexible: it can
be parked and deleted.

Capacity units require an Enterprise plan, and the role Organization
Administrator or Billing Administrator.`,
		Example: "  astra pcu list",
	}, newAdd, newCreate, newDelete, newGet, newList, newPark, newRemove, newTypes, newUnpark, newUpdate)
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
		{Key: "datacenters", Value: func(g group) any { return g.memberObjects() }, Text: group.words, Detail: true},
	}
}

func (g group) memberObjects() []member {
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

// openGroup finds the group that ref means, for a command that changes it and prints it.
func openGroup(ctx context.Context, app *cli.App, ref string) (*cli.Session, devops.PCUGroup, error) {
	if err := cli.CheckOne(app, columns()); err != nil {
		return nil, devops.PCUGroup{}, err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return nil, devops.PCUGroup{}, err
	}
	g, err := findGroup(ctx, session, ref)
	return session, g, err
}

// findGroup finds the group that ref means: an ID, or the title of one group.
func findGroup(ctx context.Context, session *cli.Session, ref string) (devops.PCUGroup, error) {
	all, err := session.PCUs.List(ctx)
	if err != nil {
		return devops.PCUGroup{}, err
	}
	return lookup.PCUGroup(ref, all)
}

// show prints a group with its datacenters, as the service has them now.
func show(ctx context.Context, app *cli.App, session *cli.Session, id string) error {
	g, err := session.PCUs.Get(ctx, id)
	if err != nil {
		return err
	}
	members, err := session.PCUs.Members(ctx, id)
	if err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), group{g, members})
}

// contains reports whether a datacenter is one of the members.
func contains(members []devops.PCUMember, datacenterID string) bool {
	return slices.ContainsFunc(members, func(m devops.PCUMember) bool { return m.DatacenterID == datacenterID })
}

// databasesOf returns the databases with one of the members.
func databasesOf(ctx context.Context, session *cli.Session, members []devops.PCUMember) ([]devops.Database, error) {
	all, err := devops.Collect(session.Databases.All(ctx, "nonterminated"))
	return slices.DeleteFunc(all, func(d devops.Database) bool {
		return !slices.ContainsFunc(d.Datacenters, func(dc devops.Datacenter) bool { return contains(members, dc.ID) })
	}), err
}

// names returns the names of databases in one line.
func names(all []devops.Database) string {
	var list []string
	for _, d := range all {
		list = append(list, d.Name)
	}
	return strings.Join(list, ", ")
}
