package iam

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
)

// Group is one of the four parts in which the console shows permissions.
type Group string

// The groups, in the order of the console.
const (
	Organization Group = "organization"
	Keyspace     Group = "keyspace"
	Table        Group = "table"
	API          Group = "api"
)

// Groups returns the groups in the order of the console.
func Groups() []Group { return []Group{Organization, Keyspace, Table, API} }

// Permission is one action that a role may grant: Name is what the console
// calls it, Parameter what the API does.
type Permission struct {
	Name        string
	Parameter   string
	Group       Group
	Description string
}

// Permissions returns the catalogue of every permission that is known to be
// granted by some role: by group, then by console name.
func Permissions() []Permission {
	return slices.Concat(organizationPermissions(), keyspacePermissions(), tablePermissions(), apiPermissions())
}

// FindPermission returns the permission with this console name, in any case,
// or exactly this API parameter. The error is an *UnknownPermissionError.
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

// find returns the permission with this API parameter.
func find(parameter string) (Permission, bool) {
	catalogue := Permissions()
	i := slices.IndexFunc(catalogue, func(p Permission) bool { return p.Parameter == parameter })
	if i < 0 {
		return Permission{}, false
	}
	return catalogue[i], true
}

// UnknownPermissionError says that no permission has a name, and which names
// are near it.
type UnknownPermissionError struct {
	Name string
	Near []string
}

// Error names the permission that was asked for and those that are near.
func (e *UnknownPermissionError) Error() string {
	text := fmt.Sprintf("no permission is called %q", e.Name)
	if len(e.Near) == 0 {
		return text
	}
	return text + "; near it: " + strings.Join(e.Near, ", ")
}
