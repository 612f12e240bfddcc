package iam

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Capability is a way of access that a role is to allow.
type Capability string

// The needs: the access methods of the table "which role should I assign?" in
// the service's documents, with its combined rows taken apart.
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

// Needs returns all needs, in the order of the constants.
func Needs() []Capability {
	return []Capability{
		NeedUI, NeedCQL, NeedREST, NeedGraphQL, NeedDocument,
		NeedDSBulk, NeedDataLoader, NeedDevOps, NeedDrivers, NeedAccessList,
	}
}

// Access is how much a role is to allow. ReadOnly looks, ReadWrite also
// changes rows, Administer also changes tables, keyspaces, databases and
// access lists.
type Access string

// The accesses, the least first.
const (
	ReadOnly   Access = "read-only"
	ReadWrite  Access = "read-write"
	Administer Access = "admin"
)

// Accesses returns all accesses, the least first.
func Accesses() []Access { return []Access{ReadOnly, ReadWrite, Administer} }

// Kind is who is to hold a role.
type Kind string

// The kinds of holders. The default roles of a service account may not list
// users and databases.
const (
	Person         Kind = "user"
	ServiceAccount Kind = "service-account"
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Person, ServiceAccount} }

// Request is what a role is to be good for.
type Request struct {
	Needs  []Capability
	Access Access
	Kind   Kind
}

// Advice answers a demand. Without a Role no default role fits: then a custom
// role with Permissions would, or none at all would but one for Instead.
type Advice struct {
	Role         Role
	Reason       string
	Alternatives []Role   // default roles that fit too and permit more, least first
	Larger       []Role   // default roles that allow all of it and more than the access, least first
	Permissions  []string // what the demand takes, as API parameters
	Instead      Request  // the nearest demand that a role can meet; zero if this one can be met
}

// Advise returns the default role that permits least among those that allow
// what is demanded, no more than the access, and are made for the kind of
// holder.
//
// What the needs take is derived from the permissions' meaning: the table in
// the documents names roles only in print that did not survive.
func Advise(d Request) Advice {
	if reason, instead := d.impossible(); reason != "" {
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

// allows reports whether a role permits no more than the access.
func (d Request) allows(r Role) bool {
	return slices.Index(Accesses(), accessOf(r)) <= slices.Index(Accesses(), d.Access)
}

// impossible says why no role can meet the demand, and which demand one can.
func (d Request) impossible() (string, Request) {
	reason, instead := d.blocker()
	for next := instead; next.Kind != ""; _, next = next.blocker() {
		instead = next
	}
	return reason, instead
}

// blocker is the first reason why no role can meet the demand, and the demand
// without it.
func (d Request) blocker() (string, Request) {
	instead := d
	switch {
	case d.Kind == ServiceAccount && (slices.Contains(d.Needs, NeedUI) || slices.Contains(d.Needs, NeedDataLoader)):
		instead.Kind = Person
		return "the web console, with its Data Loader, is for people: a service account cannot log in there", instead
	case d.Access == ReadOnly && slices.Contains(d.Needs, NeedDataLoader):
		instead.Access = ReadWrite
		return "the Data Loader writes data, which is more than read-only", instead
	}
	return "", Request{}
}

// permissions returns what the demand takes, in the order of the catalogue.
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
	console := []string{"org-user-read", "org-db-view"}
	switch n {
	case NeedUI:
		if access == ReadOnly {
			return console // a look around; for data there is the CQL console, which takes the need cql
		}
		return slices.Concat(console, []string{"db-cql"}, dataPermissions(access), databasePermissions(access))
	case NeedDataLoader:
		// A page of the console that loads through CQL. Import Data is not asked
		// for: most default roles of those who load data never had it.
		return slices.Concat(console, []string{"db-cql"}, dataPermissions(access))
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
	holder := "people"
	if d.Kind == ServiceAccount {
		holder = "service accounts"
	}
	level := "up to " + string(d.Access)
	if d.Access == ReadOnly {
		level = "at read-only"
	}
	if a.Role.ID == "" {
		return fmt.Sprintf("no default role for %s %s carries %s", holder, level, named(d.missing(a.Permissions)...))
	}
	reason := fmt.Sprintf("with %s it is the least of the default roles for %s %s that carry %s",
		spelling.Count(distinct(a.Role.Policy.Actions), "permission"), holder, level, named(a.Permissions...))
	if d.Access != Administer && slices.Contains(d.Needs, NeedAccessList) {
		reason += "; to change access lists takes the level admin"
	}
	if d.Access != Administer && slices.Contains(d.Needs, NeedDevOps) {
		reason += "; to change databases takes the level admin"
	}
	return reason
}

// missing returns the permissions that no role of the kind within the access
// carries; all of them if each is carried by some role, but not together.
func (d Request) missing(permissions []string) []string {
	lacking := slices.DeleteFunc(slices.Clone(permissions), func(action string) bool {
		return slices.ContainsFunc(DefaultRolesWith(action), func(r Role) bool { return kindOf(r) == d.Kind && d.allows(r) })
	})
	if len(lacking) == 0 {
		return permissions
	}
	return lacking
}

// defaultRolesWithAll returns the default roles that carry every one of the
// actions: those that permit least first, then by name.
func defaultRolesWithAll(actions []string) []Role {
	roles := slices.DeleteFunc(DefaultRoles(), func(r Role) bool {
		return slices.ContainsFunc(actions, func(action string) bool { return !slices.Contains(r.Policy.Actions, action) })
	})
	slices.SortFunc(roles, func(a, b Role) int {
		return cmp.Or(cmp.Compare(distinct(a.Policy.Actions), distinct(b.Policy.Actions)), cmp.Compare(a.Name, b.Name))
	})
	return roles
}

func kindOf(r Role) Kind {
	if strings.HasSuffix(r.Name, "Svc Acct") {
		return ServiceAccount
	}
	return Person
}

// accessOf returns the least access that allows all that a role permits.
func accessOf(r Role) Access {
	access := ReadOnly
	for _, action := range r.Policy.Actions {
		switch p, _ := find(action); {
		case p.Group == API:
		case action == "db-table-modify":
			access = ReadWrite
		case !slices.ContainsFunc([]string{"-read", "-view", "-describe", "-select"}, func(end string) bool { return strings.HasSuffix(action, end) }):
			return Administer
		}
	}
	return access
}
