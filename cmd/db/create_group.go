package db

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

// findGroup resolves --pcu-group to a group that can have the database.
func (in *create) findGroup(ctx context.Context, session *cli.Session) error {
	if in.group == "" {
		return nil
	}
	all, err := session.PCUs.List(ctx)
	if err != nil {
		return err
	}
	g, err := lookup.PCUGroup(in.group, all)
	switch {
	case err != nil:
		return err
	case !strings.EqualFold(g.Cloud, in.Cloud) || g.Region != in.Region:
		return exit.Usagef("PCU group %s is in %s (%s), not in %s (%s)", g.Title, g.Region, strings.ToLower(g.Cloud), in.Region, in.Cloud).
			WithNext(shellword.Line("astra", "pcu", "list", "--filter", "region="+in.Region))
	}
	in.group, in.PCUGroupID = g.Title, g.ID
	return lookup.CheckPCUGroupChange(g)
}

// reuse waits for an existing database, or shows it, unless it is not in the group of
// --pcu-group. err is the failure of the search for it.
func (in create) reuse(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, err error) error {
	if err == nil && in.PCUGroupID != "" {
		var groups []pcuGroup
		if groups, err = groupsOf(ctx, session, d); err == nil && !slices.ContainsFunc(groups, func(g pcuGroup) bool { return g.ID == in.PCUGroupID }) {
			err = exit.Failf(exit.Conflict, "database %s already exists (%s), but is not in PCU group %s", d.Name, d.ID, in.group).
				WithNext(shellword.Line("astra", "pcu", "add", "id:"+in.PCUGroupID, "--db", d.ID))
		}
	}
	return in.waitCreated(ctx, app, session, d, "%s already exists (%s).", err)
}

// pcuGroup is the group of a datacenter of a database as it is printed.
type pcuGroup struct {
	ID     string `json:"id" yaml:"id"`
	Title  string `json:"title" yaml:"title"`
	Region string `json:"region" yaml:"region"`
}

// groupsOf returns the groups of the datacenters of a database, in their order. A
// datacenter without a group has none.
func groupsOf(ctx context.Context, session *cli.Session, d devops.Database) ([]pcuGroup, error) {
	groups := []pcuGroup{}
	if d.Type == "classic" {
		return groups, nil
	}
	for _, dc := range d.Datacenters {
		g, err := session.PCUs.OfDatacenter(ctx, dc.ID)
		switch {
		case errors.Is(err, devops.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			groups = append(groups, pcuGroup{g.ID, g.Title, g.Region})
		}
	}
	return groups, nil
}
