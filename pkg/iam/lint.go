package iam

import (
	"slices"
	"strings"
)

// Severity is the severity of a finding.
type Severity string

// The severities, highest first.
const (
	SeverityError   Severity = "error"   // part of the role cannot work
	SeverityWarning Severity = "warning" // the role may not work, or permits more than it seems to
	SeverityInfo    Severity = "info"    // the role works, but may grant less than expected
)

// Finding is one result of the linter. Rule is its stable ID; Message is a
// sentence with the problem and the remedy.
type Finding struct {
	Rule     string
	Severity Severity
	Message  string
}

// Lint returns the findings about a custom role with this policy, by severity,
// then in the order of the rules. It knows only the policy, not which databases
// and keyspaces exist.
func Lint(p Policy) []Finding {
	l := newLinter(p)
	findings := slices.Concat(
		l.effect(),
		l.unreadableResources(),
		l.partialWildcards(),
		l.missingParents(),
		l.noActions(),
		l.unreachableActions(),
		l.noAPIAccess(),
		l.unknownActions(),
		l.databaseNames(),
		l.systemKeyspaces(),
		l.streams(),
		l.escalation(),
		l.nothingToAccess(),
		l.portal(),
	)
	slices.SortStableFunc(findings, func(a, b Finding) int { return a.Severity.rank() - b.Severity.rank() })
	return findings
}

func (s Severity) rank() int {
	return slices.Index([]Severity{SeverityError, SeverityWarning, SeverityInfo}, s)
}

// linter is a parsed policy.
type linter struct {
	policy     Policy
	resources  []DRN
	unreadable []string
}

func newLinter(p Policy) linter {
	l := linter{policy: p}
	for _, resource := range p.Resources {
		if d, ok := DescribeResource(resource); ok {
			l.resources = append(l.resources, d)
		} else {
			l.unreadable = append(l.unreadable, resource)
		}
	}
	return l
}

func (l linter) grants(action string) bool { return slices.Contains(l.policy.Actions, action) }

func (l linter) covers(target DRN) bool {
	return slices.ContainsFunc(l.resources, func(d DRN) bool { return d.Covers(target) })
}

// org returns the organization of the role, or a placeholder.
func (l linter) org() string {
	if len(l.resources) > 0 {
		return l.resources[0].Org
	}
	return "ORG"
}

// formatPermissions formats permissions for a message, as Portal names with API parameters.
func formatPermissions(actions ...string) string {
	return enumerate(permissionLabels(actions...), "and")
}

func permissionLabels(actions ...string) []string {
	texts := slices.Clone(actions)
	for i, action := range texts {
		if p, found := findParameter(action); found {
			texts[i] = p.Name + " (" + action + ")"
		}
	}
	return texts
}

// enumerate joins texts with commas and a conjunction before the last one.
func enumerate(texts []string, conjunction string) string {
	last := len(texts) - 1
	if last < 1 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:last], ", ") + " " + conjunction + " " + texts[last]
}
