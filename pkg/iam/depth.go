package iam

import "strings"

// ResourceLevel is the depth of a resource below the organization. Deeper is
// greater; zero is unknown.
type ResourceLevel int

// The levels at which permissions are granted and checked.
const (
	DepthOrganization ResourceLevel = iota + 1
	DepthDatabase
	DepthKeyspace
	DepthTable
)

// String returns the name of the level in lower case, or an empty string if
// unknown.
func (d ResourceLevel) String() string {
	switch d {
	case DepthOrganization:
		return "organization"
	case DepthDatabase:
		return "database"
	case DepthKeyspace:
		return "keyspace"
	case DepthTable:
		return "table"
	default:
		return ""
	}
}

// ResourceLevel returns the level of the resource. Streaming tenants and roles
// are outside of the databases and have none.
func (d DRN) ResourceLevel() ResourceLevel {
	switch {
	case d.Org == "" || d.Stream != "" || d.Role != "":
		return 0
	case d.Table != "":
		return DepthTable
	case d.Keyspace != "":
		return DepthKeyspace
	case d.Database != "":
		return DepthDatabase
	default:
		return DepthOrganization
	}
}

// Level returns the level at which an action, given by its API parameter, is
// checked; zero for an action that is not in the catalog.
//
// Verified are the organization for most of org-* and for accesslist-*, and
// that roles for tables list database, keyspace and table. The rest is inferred
// from the names and from the resources of the default roles: actions on one
// database (most of org-db-*, db-manage-*, db-data-import, the API accesses)
// are checked on the database, and so is db-all-keyspace-*, which concerns all
// its keyspaces; creating a database is checked on the organization, since the
// database does not exist yet; org-stream-manage too, although the default
// roles with it also list stream:*.
func Level(parameter string) ResourceLevel {
	if _, found := findParameter(parameter); !found {
		return 0
	}
	switch {
	case parameter == "org-db-create":
		return DepthOrganization
	case strings.HasPrefix(parameter, "org-db-"):
		return DepthDatabase
	case strings.HasPrefix(parameter, "org-"), strings.HasPrefix(parameter, "accesslist-"):
		return DepthOrganization
	case strings.HasPrefix(parameter, "db-keyspace-"):
		return DepthKeyspace
	case strings.HasPrefix(parameter, "db-table-"):
		return DepthTable
	default:
		return DepthDatabase
	}
}
