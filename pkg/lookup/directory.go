// Package lookup finds roles, users, databases and regions of an organization by name
// or ID, and the database that a profile or a project selects.
package lookup

import (
	"context"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/spelling"
)

// A Directory looks resources of an organization up. It requests users and roles once.
type Directory struct {
	*devops.Client

	Calls *async.Group // requests whose answers are needed later

	ahead map[string]any // results of questions that were asked ahead, by their names

	warn, verbosef func(format string, args ...any)

	org     string
	members *devops.Members
	roles   []devops.Role
	hidden  error // why custom roles are missing from roles

	byID, byName  []RoleRef // the roles, sorted
	dropsPolicies bool      // the roles are not kept once RoleRefs has their names
}

// New returns a directory for a client. calls are the requests that it makes ahead. warn
// and verbosef print messages.
func New(client *devops.Client, calls *async.Group, warn, verbosef func(format string, args ...any)) *Directory {
	return &Directory{Client: client, Calls: calls, warn: warn, verbosef: verbosef}
}

// OrgID returns the ID of the organization of the credential.
func (d *Directory) OrgID(ctx context.Context) (string, error) {
	if d.org == "" {
		id, err := Answer(ctx, d, Org())
		if err != nil {
			return "", err
		}
		d.org = id
	}
	return d.org, nil
}

// Members returns the users of the organization, requested once.
func (d *Directory) Members(ctx context.Context) (devops.Members, error) {
	if d.members == nil {
		members, err := Answer(ctx, d, Users())
		if err != nil {
			return devops.Members{}, err
		}
		d.members, d.org = &members, members.OrgID
	}
	return *d.members, nil
}

// User finds the member or invited user that ref means: an id or an address.
// The service compares addresses without regard to case, and so does spelling.
func (d *Directory) User(ctx context.Context, ref string) (devops.User, error) {
	members, err := d.Members(ctx)
	if err != nil {
		return devops.User{}, err
	}
	return resolveWarning(d.warn, spelling.SameAddress, "user", ref, members.Users, func(u devops.User) (string, string) { return u.ID, u.Email })
}

// Database finds the database that ref means: an id, or exactly one database's
// name among those that are not terminated.
func (d *Directory) Database(ctx context.Context, ref string) (devops.Database, error) {
	all, err := Answer(ctx, d, Databases("nonterminated"))
	if err != nil {
		return devops.Database{}, err
	}
	return d.databaseAmong(all, ref)
}

// FindDatabases returns the databases that refs mean, from one list.
func (d *Directory) FindDatabases(ctx context.Context, refs []string) ([]devops.Database, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	all, err := Answer(ctx, d, Databases("nonterminated"))
	if err != nil {
		return nil, err
	}
	named := make([]devops.Database, len(refs))
	for i, ref := range refs {
		if named[i], err = d.databaseAmong(all, ref); err != nil {
			return nil, err
		}
	}
	return named, nil
}

func (d *Directory) databaseAmong(all []devops.Database, ref string) (devops.Database, error) {
	return resolveWarning(d.warn, spelling.SameName, "database", ref, all, func(d devops.Database) (string, string) { return d.ID, d.Name })
}

// SomeDatabases returns the one that ref means, or without one all that are not
// terminated.
func (d *Directory) SomeDatabases(ctx context.Context, ref string) ([]devops.Database, error) {
	if ref == "" {
		return Answer(ctx, d, Databases("nonterminated"))
	}
	found, err := d.Database(ctx, ref)
	if err != nil {
		return nil, err
	}
	return []devops.Database{found}, nil
}
