package iam

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Capability is an access method that a role must allow.
type Capability string

// The capabilities: the access methods of the table "which role should I
// assign?" in the service's documents, with combined rows split.
const (
	NeedUI         Capability = "ui"
	NeedCQL        Capability = "cql"
	NeedREST       Capability = "rest"
	NeedGraphQL    Capability = "graphql"
	NeedDocument   Capability = "document"
	NeedDSBulk     Capability = "dsbulk"
	NeedDataLoader Capability = "data-loader"
	NeedDevOps     Capability = "devops"
	NeedDrivers    Capability = "drivers"
	NeedAccessList Capability = "access-list"
)

// Needs returns all capabilities, in the order of the constants.
func Needs() []Capability {
	return []Capability{
		NeedUI, NeedCQL, NeedREST, NeedGraphQL, NeedDocument,
		NeedDSBulk, NeedDataLoader, NeedDevOps, NeedDrivers, NeedAccessList,
	}
}

// Access is the level of a role. ReadOnly reads, ReadWrite also changes rows,
// Administer also changes tables, keyspaces, databases and access lists.
type Access string

// The access levels, lowest first.
const (
	ReadOnly   Access = "read-only"
	ReadWrite  Access = "read-write"
	Administer Access = "admin"
)

// Accesses returns all access levels, lowest first.
func Accesses() []Access { return []Access{ReadOnly, ReadWrite, Administer} }

// Kind is the kind of holder of a role.
type Kind string

// The kinds of holders. The default roles of a service account may not list
// users and databases.
const (
	Person         Kind = "user"
	ServiceAccount Kind = "service-account"
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Person, ServiceAccount} }

// Request describes the purpose of a role.
type Request struct {
	Needs  []Capability
	Access Access
	Kind   Kind
}

// Advice answers a request. If Role is empty, no default role fits: a custom role with
// Permissions fits, or, if Instead is set, only a role for that request.
type Advice struct {
	Role         Role
	Reason       string
	Alternatives []Role   // default roles that also fit and grant more, least first
	Larger       []Role   // default roles that fit but exceed the access, least first
	Permissions  []string // the permissions that the request needs, as API parameters
	Instead      Request  // the nearest request that a role can meet; zero if this one can be met
}

// Advise returns the default role with the fewest permissions among those that meet the
// request, do not exceed its access, and are made for its kind of holder.
//
// The permissions for each need are derived from their meaning, since the published
// table of needs no longer names the roles.
func Advise(d Request) Advice {
	if reason, instead := d.infeasible(); reason != "" {
		return Advice{Reason: reason, Instead: instead}
	}
	a := Advice{Permissions: d.permissions()}
	for _, r := range defaultRolesWithAll(a.Permissions) {
		switch {
		case kindOf(r) != d.Kind:
		case !d.allows(r):
			a.Larger = append(a.Larger, r)
		case a.Role.ID == "":
			a.Role = r
		default:
			a.Alternatives = append(a.Alternatives, r)
		}
	}
	a.Reason = d.reason(a)
	return a
}

// allows reports whether a role does not exceed the access.
func (d Request) allows(r Role) bool {
	return slices.Index(Accesses(), accessOf(r)) <= slices.Index(Accesses(), d.Access)
}

// infeasible says why no role can meet the request, and which request one can.
func (d Request) infeasible() (string, Request) {
	reason, instead := d.blocker()
	for next := instead; next.Kind != ""; _, next = next.blocker() {
		instead = next
	}
	return reason, instead
}

// blocker returns the first reason why no role can meet the request, and the request
// without it.
func (d Request) blocker() (string, Request) {
	instead := d
	switch {
	case d.Kind == ServiceAccount && (slices.Contains(d.Needs, NeedUI) || slices.Contains(d.Needs, NeedDataLoader)):
		instead.Kind = Person
		return "service accounts cannot log in to the Portal or use its Data Loader", instead
	case d.Access == ReadOnly && slices.Contains(d.Needs, NeedDataLoader):
		instead.Access = ReadWrite
		return "the Data Loader writes data, so read-only is not enough", instead
	}
	return "", Request{}
}

// permissions returns the permissions that the request needs, in the order of the
// catalog.
func (d Request) permissions() []string {
	var all, sorted []string
	for _, need := range d.Needs {
		all = append(all, need.permissions(d.Access)...)
	}
	for _, p := range Permissions() {
		if slices.Contains(all, p.Parameter) {
			sorted = append(sorted, p.Parameter)
		}
	}
	return sorted
}

func (n Capability) permissions(access Access) []string {
	portal := []string{"org-user-read", "org-db-view"}
	switch n {
	case NeedUI:
		if access == ReadOnly {
			return portal // no data: the CQL console requires the need cql
		}
		return slices.Concat(portal, []string{"db-cql"}, dataPermissions(access), databasePermissions(access))
	case NeedDataLoader:
		// A page of the Portal that loads through CQL. Import Data is not required:
		// most default roles for loading data do not have it.
		return slices.Concat(portal, []string{"db-cql"}, dataPermissions(access))
	case NeedCQL, NeedDrivers, NeedDSBulk:
		return append(dataPermissions(access), "db-cql")
	case NeedREST, NeedDocument:
		return append(dataPermissions(access), "db-rest")
	case NeedGraphQL:
		return append(dataPermissions(access), "db-graphql")
	case NeedDevOps:
		return append(databasePermissions(access), "org-db-view")
	case NeedAccessList:
		if access == Administer {
			return []string{"accesslist-read", "accesslist-write"}
		}
		return []string{"accesslist-read"}
	}
	return nil
}

func dataPermissions(access Access) []string {
	actions := []string{"db-keyspace-describe", "db-table-describe", "db-table-select"}
	if access != ReadOnly {
		actions = append(actions, "db-table-modify")
	}
	if access == Administer {
		actions = append(actions, "db-keyspace-create", "db-keyspace-alter", "db-keyspace-drop",
			"db-table-create", "db-table-alter", "db-table-drop")
	}
	return actions
}

func databasePermissions(access Access) []string {
	if access != Administer {
		return nil
	}
	return []string{"org-db-create", "org-db-suspend", "org-db-terminate", "db-keyspace-create", "db-keyspace-drop"}
}

func (d Request) reason(a Advice) string {
	if a.Role.ID == "" {
		holders := "users"
		if d.Kind == ServiceAccount {
			holders = "service accounts"
		}
		return fmt.Sprintf("no %s default role for %s grants %s", d.Access, holders, formatPermissions(d.missingPermissions(a.Permissions)...))
	}
	reason := fmt.Sprintf("Smallest %s %s role (%s) with %s",
		d.Access, d.Kind, spelling.Count(countDistinct(a.Role.Policy.Actions), "permission"), formatPermissions(a.Permissions...))
	if d.Access != Administer && slices.Contains(d.Needs, NeedAccessList) {
		reason += "; changing access lists requires --level admin"
	}
	if d.Access != Administer && slices.Contains(d.Needs, NeedDevOps) {
		reason += "; changing databases requires --level admin"
	}
	return reason
}

// missingPermissions returns the permissions that no role of the kind within the access grants; all
// of them if each is granted by some role, but not together.
func (d Request) missingPermissions(permissions []string) []string {
	lacking := slices.DeleteFunc(slices.Clone(permissions), func(action string) bool {
		return slices.ContainsFunc(DefaultRolesWith(action), func(r Role) bool { return kindOf(r) == d.Kind && d.allows(r) })
	})
	if len(lacking) == 0 {
		return permissions
	}
	return lacking
}

// defaultRolesWithAll returns the default roles that grant all of the actions, by the
// number of their permissions, then by name.
func defaultRolesWithAll(actions []string) []Role {
	roles := slices.DeleteFunc(DefaultRoles(), func(r Role) bool {
		return slices.ContainsFunc(actions, func(action string) bool { return !slices.Contains(r.Policy.Actions, action) })
	})
	slices.SortFunc(roles, func(a, b Role) int {
		return cmp.Or(cmp.Compare(countDistinct(a.Policy.Actions), countDistinct(b.Policy.Actions)), cmp.Compare(a.Name, b.Name))
	})
	return roles
}

func kindOf(r Role) Kind {
	if strings.HasSuffix(r.Name, "Svc Acct") {
		return ServiceAccount
	}
	return Person
}

// accessOf returns the lowest access that allows all permissions of a role.
func accessOf(r Role) Access {
	access := ReadOnly
	for _, action := range r.Policy.Actions {
		switch p, _ := findParameter(action); {
		case p.Group == API:
		case action == "db-table-modify":
			access = ReadWrite
		case !slices.ContainsFunc([]string{"-read", "-view", "-describe", "-select"}, func(end string) bool { return strings.HasSuffix(action, end) }):
			return Administer
		}
	}
	return access
}
