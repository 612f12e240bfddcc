package iam

import (
	"cmp"
	"slices"
	"strings"
)

// Role is a named policy.
type Role struct {
	ID, Name string
	Policy   Policy
}

// DefaultRoles returns the default roles of every organization, which cannot be
// changed, in the order of the service. Their resources contain OrgPlaceholder.
func DefaultRoles() []Role {
	var roles []Role
	for _, f := range defaultRoleData() {
		roles = append(roles, f.role())
	}
	return roles
}

func (f defaultRole) role() Role {
	organization := drnPrefix + OrgPlaceholder
	resources := []string{organization}
	for end := range strings.FieldsSeq(f.resources) {
		resources = append(resources, organization+end)
	}
	return Role{ID: f.id, Name: f.name, Policy: Policy{
		Description: f.name, Resources: resources, Actions: strings.Fields(f.actions), Effect: Allow,
	}}
}

// DefaultRole returns the default role with this ID.
func DefaultRole(id string) (Role, bool) {
	for _, f := range defaultRoleData() {
		if f.id == id {
			return f.role(), true
		}
	}
	return Role{}, false
}

// DefaultRolesWith returns the default roles that grant an action, given by its
// API parameter, by number of permissions, then by name.
func DefaultRolesWith(action string) []Role {
	roles := slices.DeleteFunc(DefaultRoles(), func(r Role) bool { return !slices.Contains(r.Policy.Actions, action) })
	slices.SortFunc(roles, func(a, b Role) int {
		return cmp.Or(cmp.Compare(countDistinct(a.Policy.Actions), countDistinct(b.Policy.Actions)), cmp.Compare(a.Name, b.Name))
	})
	return roles
}

func countDistinct(actions []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(actions))))
}

// DisplayName returns the Portal name of the default role with this ID, such as
// Read/Write Service Account for R/W Svc Acct, or an empty string for other
// roles.
func DisplayName(roleID string) string {
	role, found := DefaultRole(roleID)
	if !found {
		return ""
	}
	words := strings.Fields(role.Name)
	for i, word := range words {
		switch word {
		case "R/W":
			words[i] = "Read/Write"
		case "RO":
			words[i] = "Read Only"
		case "Admin":
			words[i] = "Administrator"
		case "Svc":
			words[i] = "Service"
		case "Acct":
			words[i] = "Account"
		}
	}
	return strings.Join(words, " ")
}

// MatrixRow is one kind of default role at its three levels.
type MatrixRow struct {
	Kind                               string // the Portal's name, such as API User
	Administrator, ReadWrite, ReadOnly Role
}

// Matrix returns the default roles of four kinds and three levels, in the order
// of the service's documents. It omits roles for one purpose, such as Billing
// Admin.
func Matrix() []MatrixRow {
	named := map[string]Role{}
	for _, r := range DefaultRoles() {
		named[r.Name] = r
	}
	var rows []MatrixRow
	for _, k := range []struct{ kind, before, behind string }{
		{"User", "", " User"},
		{"API User", "API ", " User"},
		{"Service Account", "", " Svc Acct"},
		{"API Service Account", "API ", " Svc Acct"},
	} {
		at := func(level string) Role { return named[k.before+level+k.behind] }
		rows = append(rows, MatrixRow{k.kind, at("Admin"), at("R/W"), at("RO")})
	}
	return rows
}
