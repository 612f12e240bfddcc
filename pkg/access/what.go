package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/suggest"
)

// What is a permission, or a capability: a task that takes several permissions.
// ParseWhat, Capabilities and Permissions return them.
type What struct {
	Name        string
	Description string
	Capability  bool
	Level       iam.ResourceLevel // the deepest level at which one of its permissions is checked
	Ways        []Way             // any one of them is enough
}

// Way is a list of permissions that are enough together, at the same place.
type Way struct {
	API   string // the data API of this way, one of APIs; empty if it uses none
	Atoms []Atom
}

// Atom is a permission at the place of the question or, with Keyspace, at all tables of
// that keyspace of its database.
type Atom struct {
	Permission string
	Keyspace   string
	level      iam.ResourceLevel
}

// The data APIs by which a capability can be limited with By.
const (
	CQL     = "cql"
	REST    = "rest"
	GraphQL = "graphql"
)

// APIs returns the data APIs.
func APIs() []string { return []string{CQL, REST, GraphQL} }

// Administer is the name of the capability that has every permission of the default
// role Organization Administrator.
const Administer = "administer"

// Capabilities returns the catalog of capabilities.
func Capabilities() []What {
	var all []What
	for _, c := range []struct{ name, description, permissions string }{
		{"see-databases", "List and show databases", "org-db-view"},
		{"create-databases", "Create databases", "org-db-create"},
		{"delete-databases", "Delete databases", "org-db-terminate"},
		{"suspend-databases", "Park and resume databases", "org-db-suspend"},
		{"use-console", "Use the Portal", "org-user-read org-db-view"},
		{"read-rows", "Read rows by a data API", "API db-table-select SYSTEM"},
		{"write-rows", "Insert, update and delete rows by a data API", "API db-table-modify"},
		{"change-tables", "Create and alter tables by a data API", "API db-table-create db-table-alter"},
		{"drop-tables", "Delete tables by a data API", "API db-table-drop"},
		{"create-keyspaces", "Create keyspaces", "db-keyspace-create | db-all-keyspace-create"},
		{"drop-keyspaces", "Delete keyspaces", "db-keyspace-drop"},
		{"see-people", "List users", "org-user-read"},
		{"change-people", "Invite and remove users, and change their roles", "org-user-write"},
		{"see-roles", "List and show roles", "org-role-read"},
		{"change-roles", "Create and change custom roles", "org-role-write"},
		{"delete-roles", "Delete custom roles", "org-role-delete"},
		{"see-tokens", "List application tokens", "org-token-read"},
		{"make-tokens", "Generate and revoke application tokens", "org-token-write"},
		{"see-access-lists", "Show IP access lists", "accesslist-read"},
		{"change-access-lists", "Change IP access lists", "accesslist-write"},
		{"manage-regions", "Add and remove regions", "db-manage-region"},
		{"manage-private-endpoints", "Set up private endpoints", "db-manage-privateendpoint"},
		{"manage-metrics", "Send metrics to a monitoring service", "db-manage-thirdpartymetrics"},
		{"see-keys", "Show customer keys", "org-cmk-read"},
		{"register-keys", "Register customer keys", "org-cmk-write"},
		{"see-bills", "Show bills and usage", "org-billing-read"},
		{"pay", "Change payment methods", "org-billing-write"},
		{"see-audit-log", "Show audit logs", "org-audits-read"},
		{"change-single-sign-on", "Change single sign-on", "org-external-auth-write"},
		{"manage-streaming", "Manage streaming tenants", "org-stream-manage"},
		{Administer, "Do everything that an Organization Administrator can", administratorPermissions()},
	} {
		all = append(all, newWhat(What{Name: c.name, Description: c.description, Capability: true}, c.permissions))
	}
	return all
}

func administratorPermissions() string {
	for _, r := range iam.DefaultRoles() {
		if r.Name == "Organization Administrator" {
			return strings.Join(slices.Compact(slices.Sorted(slices.Values(r.Policy.Actions))), " ")
		}
	}
	return ""
}

// Permissions returns every permission of the catalog as a What of one permission.
func Permissions() []What {
	var all []What
	for _, p := range iam.Permissions() {
		all = append(all, newWhat(What{Name: p.Parameter, Description: p.Description}, p.Parameter))
	}
	return all
}

// newWhat adds the ways: alternatives separated by |, each a list of permissions, in
// which API is one way for each data API, and SYSTEM in a way by CQL is the tables that
// drivers read when they connect, as in the rule system-keyspaces of the linter.
func newWhat(w What, permissions string) What {
	for alternative := range strings.SplitSeq(permissions, "|") {
		apis := []string{""}
		if strings.Contains(alternative, "API") {
			apis = APIs()
		}
		for _, api := range apis {
			way := Way{API: api}
			for word := range strings.FieldsSeq(alternative) {
				switch {
				case word == "API":
					way.add("db-"+api, "")
				case word != "SYSTEM":
					way.add(word, "")
				case api == CQL:
					for _, keyspace := range iam.SystemKeyspaces() {
						way.add("db-table-select", keyspace)
					}
				}
			}
			w.Ways = append(w.Ways, way)
			for _, a := range way.Atoms {
				w.Level = max(w.Level, a.level)
			}
		}
	}
	return w
}

func (w *Way) add(permission, keyspace string) {
	w.Atoms = append(w.Atoms, Atom{Permission: permission, Keyspace: keyspace, level: iam.Level(permission)})
}

// ParseWhat returns the capability with this name, or the permission with this Portal
// name or API parameter. The error is an *UnknownError: a guess would answer a question
// that was not asked.
func ParseWhat(name string) (What, error) {
	var names []string
	for _, c := range Capabilities() {
		if strings.EqualFold(c.Name, name) {
			return c, nil
		}
		names = append(names, c.Name)
	}
	if p, err := iam.FindPermission(name); err == nil {
		return newWhat(What{Name: p.Parameter, Description: p.Description}, p.Parameter), nil
	}
	for _, p := range iam.Permissions() {
		names = append(names, p.Parameter, p.Name)
	}
	return What{}, &UnknownError{Name: name, Near: suggest.Nearest(name, names)}
}

// By limits a capability to one data API; an empty name does not limit it. It returns
// an error for an unknown API, and for a What that no data API serves.
func (w What) By(api string) (What, error) {
	if api == "" {
		return w, nil
	}
	if !slices.Contains(APIs(), api) {
		return What{}, fmt.Errorf("unknown API %q; use %s", api, strings.Join(APIs(), ", "))
	}
	ways := slices.DeleteFunc(slices.Clone(w.Ways), func(way Way) bool { return way.API != api })
	if len(ways) == 0 {
		return What{}, fmt.Errorf("%s does not use a data API", w.Name)
	}
	w.Ways = ways
	return w, nil
}

// UnknownError reports a name that is neither a permission nor a capability, and the
// nearest names.
type UnknownError struct {
	Name string
	Near []string
}

// Error returns the name and the nearest ones.
func (e *UnknownError) Error() string {
	text := fmt.Sprintf("unknown permission or capability %q", e.Name)
	if len(e.Near) == 0 {
		return text
	}
	return text + "; did you mean " + strings.Join(e.Near, " or ") + "?"
}
