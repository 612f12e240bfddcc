package iam

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Scope is the part of the organization to which a role applies: IDs or names, where an
// empty text and Wildcard both mean all. The zero value is every database.
type Scope struct {
	Database, Keyspace, Table string
}

// Check returns an error for a part that is not exactly one segment of a
// resource name, or that is a pattern: a wildcard must be a whole segment.
func (s Scope) Check() error {
	for _, part := range [][2]string{{"database", s.Database}, {"keyspace", s.Keyspace}, {"table", s.Table}} {
		kind, name := part[0], part[1]
		if name == "" || name == Wildcard {
			continue
		}
		why := invalidReason(name)
		switch {
		case strings.Contains(name, ":"):
			why = "contains a colon"
		case strings.Contains(name, Wildcard):
			why = "is a pattern; use * only alone, for all"
		}
		if why != "" {
			return fmt.Errorf("%s %q %s", kind, name, why)
		}
	}
	return nil
}

// Resources returns the resource names that the actions need in the scopes, by
// level, then by text. No scope means every database.
//
// Each level needs its own name, so a role for one table lists the
// organization, the database, the keyspace and the table. Without actions on
// data it ends at the organization or the database. Unknown actions may be
// about data, and so may actions added later to an empty list. A role limited
// to keyspaces or tables also gets the system keyspaces that drivers read, in
// the format of the Portal. org-stream-manage adds stream:*, as in all default
// roles.
func Resources(org string, scopes []Scope, actions []string) []string {
	names := []string{DRN{Org: org}.String()}
	if slices.Contains(actions, "org-stream-manage") {
		names = append(names, DRN{Org: org, Stream: Wildcard}.String())
	}
	depth := maxDepth(actions)
	if len(scopes) == 0 {
		scopes = []Scope{{}}
	}
	for _, s := range scopes {
		for _, d := range s.resources(org) {
			if d.ResourceLevel() <= depth {
				names = append(names, d.String())
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, ":"), strings.Count(b, ":")), cmp.Compare(a, b))
	})
	return slices.Compact(names)
}

// resources returns the names below the organization.
func (s Scope) resources(org string) []DRN {
	database := DRN{Org: org, Database: cmp.Or(s.Database, Wildcard)}
	keyspace := database
	keyspace.Keyspace = cmp.Or(s.Keyspace, Wildcard)
	table := keyspace
	table.Table = cmp.Or(s.Table, Wildcard)

	names := []DRN{database, keyspace, table}
	for _, d := range systemTables(org, database.Database) {
		if !table.Covers(d) {
			names = append(names, d)
		}
	}
	return names
}

// systemTables returns the tables of a database that drivers and the CQL shell
// read when they connect.
func systemTables(org, database string) []DRN {
	var tables []DRN
	for _, keyspace := range SystemKeyspaces() {
		tables = append(tables, DRN{Org: org, Database: database, Keyspace: keyspace, Table: Wildcard})
	}
	return tables
}

// SystemKeyspaces returns the keyspaces of every database whose tables drivers and the
// CQL shell read when they connect.
func SystemKeyspaces() []string { return []string{"system", "system_schema", "system_virtual_schema"} }

// maxDepth returns the deepest level that the actions need. It uses the group
// instead of Level: API access is checked on the database, but gives access to
// tables.
func maxDepth(actions []string) ResourceLevel {
	if len(actions) == 0 {
		return DepthTable
	}
	depth := DepthOrganization
	for _, action := range actions {
		p, found := findParameter(action)
		if !found || p.Group != Organization {
			return DepthTable
		}
		depth = max(depth, Level(action))
	}
	return depth
}
