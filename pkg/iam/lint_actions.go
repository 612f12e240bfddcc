package iam

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/suggest"
)

func (l linter) effect() []Finding {
	if l.policy.Effect == Allow {
		return nil
	}
	return []Finding{{"effect", SeverityError, fmt.Sprintf(
		"A policy with the effect %q grants nothing. Set its effect to %q.", l.policy.Effect, Allow,
	)}}
}

func (l linter) noActions() []Finding {
	if len(l.policy.Actions) > 0 {
		return nil
	}
	return []Finding{{"no-actions", SeverityError, "This role has no permissions. Add at least one."}}
}

// unreachableActions finds actions that are checked at a depth where the role
// lists no resource: one finding for each depth.
func (l linter) unreachableActions() []Finding {
	var findings []Finding
	missing, choice := DRN{Org: l.org()}, ""
	for depth := DepthOrganization; depth <= DepthTable; depth++ {
		switch depth {
		case DepthDatabase:
			missing.Database, choice = Wildcard, " or the same for one database"
		case DepthKeyspace:
			missing.Keyspace = Wildcard
		case DepthTable:
			missing.Table = Wildcard
		default:
		}
		actions := l.filter(func(p Permission) bool { return Level(p.Parameter) == depth })
		if len(actions) == 0 || slices.ContainsFunc(l.resources, func(d DRN) bool { return d.ResourceLevel() == depth }) {
			continue
		}
		findings = append(findings, Finding{"unreachable-action", SeverityError, fmt.Sprintf(
			"This role lists no %s, which %s requires. Add %s%s.", depth, named(actions...), missing, choice,
		)})
	}
	return findings
}

// filter returns the role's actions whose permission is to be kept, once each.
func (l linter) filter(keep func(Permission) bool) []string {
	var actions []string
	for _, action := range l.policy.Actions {
		if p, found := find(action); found && keep(p) && !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
	}
	return actions
}

func inGroup(g Group) func(Permission) bool {
	return func(p Permission) bool { return p.Group == g }
}

// onData reports whether a permission is used through a data API. The others
// of its group are also used through the DevOps API, which asks for none.
func onData(p Permission) bool {
	switch p.Parameter {
	case "db-keyspace-create", "db-keyspace-drop", "db-all-keyspace-create", "db-all-keyspace-describe":
		return false
	default:
		return p.Group == Keyspace || p.Group == Table
	}
}

func (l linter) noAPIAccess() []Finding {
	actions := l.filter(onData)
	if len(actions) == 0 || len(l.filter(inGroup(API))) > 0 {
		return nil
	}
	return []Finding{{"no-api-access", SeverityError, fmt.Sprintf(
		"This role cannot access data: %s needs API access. Add %s.",
		named(actions...), enumerate(labels("db-cql", "db-graphql", "db-rest"), "or"),
	)}}
}

func (l linter) nothingToAccess() []Finding {
	actions := l.filter(inGroup(API))
	if len(actions) == 0 || len(l.filter(inGroup(Keyspace))) > 0 || len(l.filter(inGroup(Table))) > 0 {
		return nil
	}
	return []Finding{{"nothing-to-access", SeverityInfo, fmt.Sprintf(
		"This role can connect with %s, but cannot read or write data. Add, for example, %s.", named(actions...), named("db-table-select", "db-table-describe", "db-keyspace-describe"),
	)}}
}

func (l linter) unknownActions() []Finding {
	var findings []Finding
	for _, action := range l.policy.Actions {
		if _, found := find(action); found {
			continue
		}
		advice := "Look it up with astra permission list."
		if near := parametersNear(action); len(near) > 0 {
			advice = "Did you mean " + strings.Join(near, " or ") + "?"
		}
		findings = append(findings, Finding{"unknown-action", SeverityWarning, fmt.Sprintf(
			"%q is not a known permission and may grant nothing, even if the service accepts it. %s", action, advice,
		)})
	}
	return findings
}

// parametersNear returns the parameters that an unknown action may mean, also by its
// Portal name.
func parametersNear(action string) []string {
	if p, err := FindPermission(action); err == nil {
		return []string{p.Parameter}
	}
	var parameters []string
	for _, p := range Permissions() {
		parameters = append(parameters, p.Parameter)
	}
	return suggest.Nearest(action, parameters)
}

// escalation finds actions whose holder can obtain permissions that the role lacks.
func (l linter) escalation() []Finding {
	actions := l.filter(func(p Permission) bool {
		return slices.Contains([]string{"org-token-write", "org-role-write", "org-user-write"}, p.Parameter)
	})
	if len(actions) == 0 {
		return nil
	}
	return []Finding{{"privilege-escalation", SeverityWarning, fmt.Sprintf(
		"Holders of this role can obtain the permissions of any other role by %s. Grant it to administrators only.", named(actions...),
	)}}
}

func (l linter) portal() []Finding {
	var missing []string
	for _, action := range []string{"org-user-read", "org-db-view"} {
		if !l.grants(action) {
			missing = append(missing, action)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []Finding{{"ui-access", SeverityInfo, fmt.Sprintf(
		"People with this role cannot use the Portal. Add %s, or ignore this for service accounts.", named(missing...),
	)}}
}
