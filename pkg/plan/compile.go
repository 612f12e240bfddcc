package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
)

// compile returns the resource names of a role with these permissions in a place, whose
// databases are IDs. It is a part of version 1 of the format and must not change, since
// that would change everyone's roles: it does not follow iam.Resources or the catalog.
//
// Each level has a name of its own, down to the level that the permissions need. A role
// for keyspaces or tables also gets the system keyspaces that drivers read.
func compile(org string, in In, permissions []string) []string {
	names := []string{iam.DRN{Org: org}.String()}
	if slices.Contains(permissions, "org-stream-manage") {
		names = append(names, iam.DRN{Org: org, Stream: iam.Wildcard}.String())
	}
	depth := compiledDepth(permissions)
	add := func(d iam.DRN) {
		if d.ResourceLevel() <= depth {
			names = append(names, d.String())
		}
	}
	places := in.Places
	if in.Word == InAll {
		places = []Place{{Database: iam.Wildcard}}
	}
	for _, p := range places {
		for _, keyspace := range orWildcard(p.Keyspaces) {
			for _, table := range orWildcard(p.Tables) {
				d := iam.DRN{Org: org, Database: p.Database}
				add(d)
				d.Keyspace = keyspace
				add(d)
				d.Table = table
				add(d)
				if keyspace == iam.Wildcard && table == iam.Wildcard {
					continue
				}
				for _, system := range []string{"system", "system_schema", "system_virtual_schema"} {
					if keyspace != system || table != iam.Wildcard {
						add(iam.DRN{Org: org, Database: p.Database, Keyspace: system, Table: iam.Wildcard})
					}
				}
			}
		}
	}
	slices.SortFunc(names, compareResources)
	return slices.Compact(names)
}

func orWildcard(names []string) []string {
	if len(names) == 0 {
		return []string{iam.Wildcard}
	}
	return names
}

// compareResources orders resource names by level, then by text.
func compareResources(a, b string) int {
	return cmp.Or(cmp.Compare(strings.Count(a, ":"), strings.Count(b, ":")), cmp.Compare(a, b))
}

// compiledDepth returns the deepest level that permissions need. Unknown ones may be about
// data, and so may those that are added later to an empty list.
func compiledDepth(permissions []string) iam.ResourceLevel {
	const (
		organization = ` accesslist-read accesslist-write org-audits-read org-billing-read org-billing-write org-cmk-read
			org-cmk-write org-db-create org-external-auth-read org-external-auth-write org-integrations-read
			org-integrations-write org-notification-write org-read org-role-delete org-role-read org-role-write
			org-stream-manage org-token-read org-token-write org-user-read org-user-write org-write `
		database = ` db-data-import db-manage-privateendpoint db-manage-region db-manage-thirdpartymetrics org-db-addpeering
			org-db-expand org-db-managemigratorproxy org-db-passwordreset org-db-suspend org-db-terminate org-db-view `
	)
	if len(permissions) == 0 {
		return iam.DepthTable
	}
	depth := iam.DepthOrganization
	for _, p := range permissions {
		switch {
		case slices.Contains(strings.Fields(organization), p):
		case slices.Contains(strings.Fields(database), p):
			depth = iam.DepthDatabase
		default:
			return iam.DepthTable
		}
	}
	return depth
}

// decompile returns the widest place whose names are all among the resources of a role, with
// IDs of known databases, and the names that are left. Together they compile to exactly
// these resources.
func decompile(org string, databases, permissions, resources []string) (In, []string) {
	resources = distinct(resources)
	all := map[string]bool{}
	for _, name := range resources {
		all[name] = true
	}
	has := func(in In) bool {
		return !slices.ContainsFunc(compile(org, in, permissions), func(name string) bool { return !all[name] })
	}
	in := widest(org, databases, resources, permissions, has)
	if in.IsZero() {
		return in, resources
	}
	compiled := compile(org, in, permissions)
	rest := slices.DeleteFunc(slices.Clone(resources), func(name string) bool { return slices.Contains(compiled, name) })
	if !slices.Equal(distinct(append(compiled, rest...)), resources) {
		return In{}, resources
	}
	if len(rest) == 0 {
		rest = nil
	}
	return in, rest
}

func widest(org string, databases, resources, permissions []string, has func(In) bool) In {
	organization := In{Word: InOrganization}
	if slices.Equal(compile(org, organization, permissions), resources) {
		return organization
	}
	in := In{}
	covered := map[string]bool{iam.DRN{Org: org}.String(): true}
	for _, p := range candidates(org, databases, resources) {
		one := In{Places: []Place{p}}
		names := compile(org, one, permissions)
		if !has(one) || !slices.ContainsFunc(names, func(name string) bool { return !covered[name] }) {
			continue
		}
		in.Places = append(in.Places, p)
		for _, name := range names {
			covered[name] = true
		}
	}
	switch {
	case len(in.Places) == 1 && in.Places[0].Database == iam.Wildcard && in.Places[0].Keyspaces == nil:
		return In{Word: InAll}
	case len(in.Places) > 0:
		in.Places = merge(in.Places)
	case has(organization):
		return organization
	}
	return in
}

// candidates returns the places that resources name, the widest first.
func candidates(org string, databases, resources []string) []Place {
	var wide, keyspaces, tables []Place
	for _, name := range resources {
		d, err := iam.ParseDRN(name)
		known := err == nil && d.Org == org && (d.Database == iam.Wildcard || slices.Contains(databases, d.Database))
		if !known || (iam.Scope{Keyspace: d.Keyspace, Table: d.Table}).Check() != nil {
			continue
		}
		switch d.ResourceLevel() {
		case iam.DepthDatabase:
			wide = append(wide, Place{Database: d.Database})
		case iam.DepthKeyspace:
			keyspaces = append(keyspaces, Place{Database: d.Database, Keyspaces: []string{d.Keyspace}})
		case iam.DepthTable:
			tables = append(tables, Place{Database: d.Database, Keyspaces: []string{d.Keyspace}, Tables: []string{d.Table}})
			if d.Table == iam.Wildcard {
				keyspaces = append(keyspaces, Place{Database: d.Database, Keyspaces: []string{d.Keyspace}})
			}
		default:
		}
	}
	return slices.Concat(wide, keyspaces, tables)
}

// merge joins the places of one database with whole keyspaces, and those of one keyspace
// with single tables.
func merge(places []Place) []Place {
	var merged []Place
	for _, p := range places {
		i := slices.IndexFunc(merged, func(o Place) bool {
			return o.Database == p.Database && p.Keyspaces != nil && o.Keyspaces != nil &&
				(p.Tables == nil && o.Tables == nil || p.Tables != nil && o.Tables != nil && p.Keyspaces[0] == o.Keyspaces[0])
		})
		switch {
		case i < 0:
			merged = append(merged, p)
		case p.Tables == nil && !slices.Contains(merged[i].Keyspaces, p.Keyspaces[0]):
			merged[i].Keyspaces = append(slices.Clip(merged[i].Keyspaces), p.Keyspaces[0])
		case p.Tables != nil && !slices.Contains(merged[i].Tables, p.Tables[0]):
			merged[i].Tables = append(slices.Clip(merged[i].Tables), p.Tables[0])
		}
	}
	return merged
}

func distinct(names []string) []string {
	all := slices.Clone(names)
	slices.SortFunc(all, compareResources)
	return slices.Compact(all)
}
