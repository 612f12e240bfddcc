package iam

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
)

// Group is one of the four groups of permissions in the Portal.
type Group string

// The groups, in the order of the Portal.
const (
	Organization Group = "organization"
	Keyspace     Group = "keyspace"
	Table        Group = "table"
	API          Group = "api"
)

// Groups returns the groups in the order of the Portal.
func Groups() []Group { return []Group{Organization, Keyspace, Table, API} }

// Permission is one action that a role may grant: Name is its name in the
// Portal, Parameter that in the API.
type Permission struct {
	Name        string
	Parameter   string
	Group       Group
	Description string
}

// Permissions returns the catalog of all permissions that any role is known to
// grant, by group, then by Portal name.
func Permissions() []Permission {
	return slices.Concat(organizationPermissions(), keyspacePermissions(), tablePermissions(), apiPermissions())
}

// FindPermission returns the permission with this Portal name, in any case, or
// with exactly this API parameter. The error is an *UnknownPermissionError.
func FindPermission(nameOrParameter string) (Permission, error) {
	var names []string
	folded := spelling.Fold(nameOrParameter)
	for _, p := range Permissions() {
		if p.Parameter == nameOrParameter || spelling.Fold(p.Name) == folded {
			return p, nil
		}
		names = append(names, p.Parameter, p.Name)
	}
	return Permission{}, &UnknownPermissionError{Name: nameOrParameter, Near: suggest.Nearest(nameOrParameter, names)}
}

// findParameter returns the permission with this API parameter.
func findParameter(parameter string) (Permission, bool) {
	catalogue := Permissions()
	i := slices.IndexFunc(catalogue, func(p Permission) bool { return p.Parameter == parameter })
	if i < 0 {
		return Permission{}, false
	}
	return catalogue[i], true
}

// UnknownPermissionError reports an unknown permission and the names nearest to
// it.
type UnknownPermissionError struct {
	Name string
	Near []string
}

// Error returns the unknown name and the nearest ones.
func (e *UnknownPermissionError) Error() string {
	text := fmt.Sprintf("unknown permission %q", e.Name)
	if len(e.Near) == 0 {
		return text
	}
	return text + "; did you mean " + strings.Join(e.Near, " or ") + "?"
}
