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

// unreachableActions finds actions that are checked at a level without a
// resource in the role: one finding for each level.
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
		actions := l.actionsWith(func(p Permission) bool { return Level(p.Parameter) == depth })
		if len(actions) == 0 || slices.ContainsFunc(l.resources, func(d DRN) bool { return d.ResourceLevel() == depth }) {
			continue
		}
		findings = append(findings, Finding{"unreachable-action", SeverityError, fmt.Sprintf(
			"This role lists no %s, which %s requires. Add %s%s.", depth, formatPermissions(actions...), missing, choice,
		)})
	}
	return findings
}

// actionsWith returns the distinct actions of the role whose permission satisfies
// keep.
func (l linter) actionsWith(keep func(Permission) bool) []string {
	var actions []string
	for _, action := range l.policy.Actions {
		if p, found := findParameter(action); found && keep(p) && !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
	}
	return actions
}

func inGroup(g Group) func(Permission) bool {
	return func(p Permission) bool { return p.Group == g }
}

// onData reports whether a permission applies only to data APIs. The others of
// its group also apply to the DevOps API, which needs no API access.
func onData(p Permission) bool {
	switch p.Parameter {
	case "db-keyspace-create", "db-keyspace-drop", "db-all-keyspace-create", "db-all-keyspace-describe":
		return false
	default:
		return p.Group == Keyspace || p.Group == Table
	}
}

func (l linter) noAPIAccess() []Finding {
	actions := l.actionsWith(onData)
	if len(actions) == 0 || len(l.actionsWith(inGroup(API))) > 0 {
		return nil
	}
	return []Finding{{"no-api-access", SeverityError, fmt.Sprintf(
		"This role cannot access data: %s needs API access. Add %s.",
		formatPermissions(actions...), enumerate(permissionLabels("db-cql", "db-graphql", "db-rest"), "or"),
	)}}
}

func (l linter) nothingToAccess() []Finding {
	actions := l.actionsWith(inGroup(API))
	if len(actions) == 0 || len(l.actionsWith(inGroup(Keyspace))) > 0 || len(l.actionsWith(inGroup(Table))) > 0 {
		return nil
	}
	return []Finding{{"nothing-to-access", SeverityInfo, fmt.Sprintf(
		"This role can connect with %s, but cannot read or write data. Add, for example, %s.", formatPermissions(actions...), formatPermissions("db-table-select", "db-table-describe", "db-keyspace-describe"),
	)}}
}

func (l linter) unknownActions() []Finding {
	var findings []Finding
	for _, action := range l.policy.Actions {
		if _, found := findParameter(action); found {
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

// parametersNear returns the API parameters nearest to an unknown action, also
// by Portal name.
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

// escalation finds actions whose holder can obtain permissions that the role
// lacks.
func (l linter) escalation() []Finding {
	actions := l.actionsWith(func(p Permission) bool {
		return slices.Contains([]string{"org-token-write", "org-role-write", "org-user-write"}, p.Parameter)
	})
	if len(actions) == 0 {
		return nil
	}
	return []Finding{{"privilege-escalation", SeverityWarning, fmt.Sprintf(
		"Holders of this role can obtain the permissions of any other role by %s. Grant it to administrators only.", formatPermissions(actions...),
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
		"People with this role cannot use the Portal. Add %s, or ignore this for service accounts.", formatPermissions(missing...),
	)}}
}
