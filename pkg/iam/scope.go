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

// Check returns an error for a part that would not stay one segment of a
// resource name, or that is a pattern: a wildcard is a whole segment.
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

// Resources returns the resource names with which the actions work in the
// scopes, sorted by depth, then text. No scope means every database.
//
// Each depth needs a name of its own, so a role for one table lists the
// organization, the database, the keyspace and the table. It stops at the
// organization or the database where no action is about data; an unknown
// action may be, and so may be what is added to an empty list. A role limited
// to keyspaces or tables also gets the system keyspaces that drivers read, in
// the form in which the portal adds them. All default roles that hold
// org-stream-manage list stream:*, so that is added with it.
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

// systemTables returns what drivers and the CQL shell read of a database when
// they connect.
func systemTables(org, database string) []DRN {
	var tables []DRN
	for _, keyspace := range systemKeyspaces() {
		tables = append(tables, DRN{Org: org, Database: database, Keyspace: keyspace, Table: Wildcard})
	}
	return tables
}

func systemKeyspaces() []string { return []string{"system", "system_schema", "system_virtual_schema"} }

// maxDepth returns how deep the resources for the actions go. It asks for the
// group rather than Level: an API access is checked on the database, but what
// it gives access to are tables.
func maxDepth(actions []string) ResourceLevel {
	if len(actions) == 0 {
		return DepthTable
	}
	depth := DepthOrganization
	for _, action := range actions {
		p, found := find(action)
		if !found || p.Group != Organization {
			return DepthTable
		}
		depth = max(depth, Level(action))
	}
	return depth
}
