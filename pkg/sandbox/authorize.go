package sandbox

import (
	"slices"

	"github.com/astra-admin/astra/pkg/iam"
)

// target returns the resource for the authorization of an action.
func (c *request) target(action string) iam.DRN {
	d := iam.DRN{Org: c.meta.OrgID}
	if level := iam.Level(action); level >= iam.DepthDatabase {
		d.Database = c.values["databaseID"]
		if level >= iam.DepthKeyspace {
			d.Keyspace = c.values["keyspace"]
		}
	}
	return d
}

// allows reports whether a role of the caller permits the action on a resource.
func (c *request) allows(action string, on iam.DRN) bool {
	return slices.ContainsFunc(c.roles, func(r role) bool { return iam.Policy(r.Policy).Allows(action, on) })
}

// listsAction reports whether a role of the caller has the action, on any
// resource.
func (c *request) listsAction(action string) bool {
	return slices.ContainsFunc(c.roles, func(r role) bool { return slices.Contains(r.Policy.Actions, action) })
}
