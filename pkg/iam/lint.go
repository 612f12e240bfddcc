package iam

import (
	"slices"
	"strings"
)

// Severity is how much a finding matters.
type Severity string

// The severities, the gravest first.
const (
	SeverityError   Severity = "error"   // something in the role cannot work
	SeverityWarning Severity = "warning" // it may not work, or permits more than it seems to
	SeverityInfo    Severity = "info"    // it works, but may grant less than expected
)

// Finding is one remark of the linter. Rule is its stable id; Message is a
// sentence with the problem and the remedy.
type Finding struct {
	Rule     string
	Severity Severity
	Message  string
}

// Lint returns the findings about a custom role with this policy: the gravest first,
// otherwise in the order of the rules. It knows only the policy, not which databases and
// keyspaces exist.
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

// linter is a policy, read.
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

// org returns the organization of the role, or a word in its place.
func (l linter) org() string {
	if len(l.resources) > 0 {
		return l.resources[0].Org
	}
	return "ORG"
}

// named returns the Portal names of permissions with their API parameters, for a
// message.
func named(actions ...string) string {
	return enumerate(labels(actions...), "and")
}

func labels(actions ...string) []string {
	texts := slices.Clone(actions)
	for i, action := range texts {
		if p, found := find(action); found {
			texts[i] = p.Name + " (" + action + ")"
		}
	}
	return texts
}

// enumerate joins texts as a sentence does, with a conjunction before the last one.
func enumerate(texts []string, conjunction string) string {
	last := len(texts) - 1
	if last < 1 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:last], ", ") + " " + conjunction + " " + texts[last]
}
