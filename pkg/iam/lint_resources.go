package iam

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

func uuid() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
}

func (l linter) unreadableResources() []Finding {
	var findings []Finding
	for _, resource := range l.unreadable {
		findings = append(findings, Finding{"unreadable-resource", SeverityError, fmt.Sprintf(
			"%q is not a resource name and grants nothing. Use %sORG:db:DB:keyspace:KEYSPACE:table:TABLE or a shorter form of it.", resource, drnPrefix,
		)})
	}
	return findings
}

// partialWildcards finds patterns: the service supports only whole segments as
// wildcards.
func (l linter) partialWildcards() []Finding {
	var findings []Finding
	for _, d := range l.resources {
		for segment := range strings.SplitSeq(d.String(), ":") {
			if segment != Wildcard && strings.Contains(segment, Wildcard) {
				findings = append(findings, Finding{"partial-wildcard", SeverityError, fmt.Sprintf(
					"%s matches nothing: %q is taken literally. List each name, or use * alone for all of them.", d, segment,
				)})
			}
		}
	}
	return findings
}

// missingParents finds resources below a database or keyspace that the role
// does not list. System keyspaces are listed by their tables alone, as in the
// Portal.
func (l linter) missingParents() []Finding {
	var findings []Finding
	var seen []DRN
	for _, d := range l.resources {
		var parents []DRN
		if d.ResourceLevel() > DepthDatabase {
			parents = append(parents, DRN{Org: d.Org, Database: d.Database})
		}
		if d.ResourceLevel() > DepthKeyspace && !slices.Contains(SystemKeyspaces(), d.Keyspace) {
			parents = append(parents, DRN{Org: d.Org, Database: d.Database, Keyspace: d.Keyspace})
		}
		for _, parent := range parents {
			if l.covers(parent) || slices.Contains(seen, parent) {
				continue
			}
			seen = append(seen, parent)
			findings = append(findings, Finding{"missing-parent", SeverityError, fmt.Sprintf(
				"%s cannot be reached, because its %s is not listed. Add %s.", d, parent.ResourceLevel(), parent,
			)})
		}
	}
	return findings
}

// databaseNames finds names in place of IDs, which the service accepts without
// effect.
func (l linter) databaseNames() []Finding {
	var findings []Finding
	var seen []string
	for _, d := range l.resources {
		name := d.Database
		if name == "" || strings.Contains(name, Wildcard) || uuid().MatchString(name) || slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		findings = append(findings, Finding{"database-name", SeverityWarning, fmt.Sprintf(
			"%q is not a database ID and may match nothing. Use the ID of the database.", name,
		)})
	}
	return findings
}

// systemKeyspaces finds databases with CQL access, but without the tables that
// drivers read when they connect.
func (l linter) systemKeyspaces() []Finding {
	if !l.grants("db-cql") {
		return nil
	}
	var findings []Finding
	var seen []DRN
	for _, d := range l.resources {
		database := DRN{Org: d.Org, Database: d.Database}
		if d.ResourceLevel() != DepthTable || slices.Contains(seen, database) {
			continue
		}
		seen = append(seen, database)
		var missing []string
		for _, table := range systemTables(d.Org, d.Database) {
			if !l.covers(table) {
				missing = append(missing, table.String())
			}
		}
		if len(missing) > 0 {
			findings = append(findings, Finding{"system-keyspaces", SeverityWarning, fmt.Sprintf(
				"Drivers and the CQL shell may not connect to %s, because they read its system keyspaces first. Add %s.", database, enumerate(missing, "and"),
			)})
		}
	}
	return findings
}

func (l linter) streams() []Finding {
	stream := DRN{Org: l.org(), Stream: Wildcard}
	if !l.grants("org-stream-manage") || slices.ContainsFunc(l.resources, func(d DRN) bool { return d.Stream != "" }) {
		return nil
	}
	return []Finding{{"stream-resource", SeverityWarning, fmt.Sprintf(
		"%s may have no effect, because the role lists no streaming tenants. Add %s.", formatPermissions("org-stream-manage"), stream,
	)}}
}
