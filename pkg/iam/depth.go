package iam

import "strings"

// ResourceLevel is how far below the organization something is. The zero value is no
// known depth. Deeper is greater.
type ResourceLevel int

// The depths at which rights are granted and checked.
const (
	DepthOrganization ResourceLevel = iota + 1
	DepthDatabase
	DepthKeyspace
	DepthTable
)

// String returns the depth's name, in lower case, or nothing if unknown.
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

// ResourceLevel returns how deep the named resource is. Streaming tenants and roles
// are beside the databases and have none.
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

// Level returns the depth at which an action, given by its API parameter, is
// checked; zero for an action that is not in the catalogue.
//
// Proven are the organization for most of org-* and for accesslist-*, and that
// roles for tables list database, keyspace and table. The rest is an
// assumption drawn from the names and from the resources of the default roles:
// actions on one database (most of org-db-*, db-manage-*, db-data-import, the
// API accesses) are checked on the database, and so is db-all-keyspace-*,
// which is about all of its keyspaces; creating a database is checked on the
// organization, since the database does not exist yet; org-stream-manage too,
// although the default roles that hold it list stream:* as well.
func Level(parameter string) ResourceLevel {
	if _, found := find(parameter); !found {
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
