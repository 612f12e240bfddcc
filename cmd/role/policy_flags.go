package role

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/iam"
)

// policyFlags are the flags for the policy of a role, for both create and
// update.
type policyFlags struct {
	description string
	described   bool // a description was given, possibly an empty one
	from        string

	permissions, removed []string

	allDatabases                 bool
	databases, keyspaces, tables []string
	resources                    []string

	lint string

	changes bool // the role exists, and --keyspace may refer to its database
}

func (t *policyFlags) add(f *pflag.FlagSet) {
	f.StringVar(&t.from, "from", "", "start from the role in a JSON `file` as printed by role get -o json; - reads standard input")
	f.StringArrayVar(&t.removed, "remove-permission", nil, "remove a permission, by `name` or API parameter; repeatable")
	f.BoolVar(&t.allDatabases, "all-databases", false, "cover every database, including future ones")
	f.StringArrayVar(&t.databases, "db", nil, "limit to this database, by `name` or ID; repeatable")
	f.StringArrayVar(&t.keyspaces, "keyspace", nil, "limit to this keyspace of the databases of --db, by `name`; repeatable")
	f.StringArrayVar(&t.tables, "table", nil, "limit to this table of the keyspaces of --keyspace, by `name`; repeatable")
	f.StringArrayVar(&t.resources, "resource", nil, "add a resource by its `DRN`, alone or in addition to databases; repeatable")
	flags.Enum(f, &t.lint, "lint", "warn", []string{"error", "warn", "off"}, "`action` if the role would not work: refuse it, warn or ignore")
	completion.Flags(f, completion.Files, "from")
	completion.Flags(f, completion.Permissions, "remove-permission")
	completion.Flags(f, completion.Databases, "db")
	completion.Flags(f, completion.Keyspaces, "keyspace")
}

// hasScopeFlags reports whether flags set the scope of the role.
func (t policyFlags) hasScopeFlags() bool {
	return t.allDatabases || len(t.databases)+len(t.keyspaces)+len(t.tables)+len(t.resources) > 0
}

// ownDatabase reports whether keyspaces belong to the database that the role already has.
func (t policyFlags) ownDatabase() bool {
	return t.changes && len(t.keyspaces) > 0 && len(t.databases)+len(t.resources) == 0 && !t.allDatabases && t.from == ""
}

// check validates the flags without a request.
func (t policyFlags) check() error {
	switch {
	case !slices.Contains([]string{"error", "warn", "off"}, t.lint):
		return exit.Usagef("--lint must be error, warn or off, not %q", t.lint)
	case t.allDatabases && len(t.databases) > 0:
		return exit.Usagef("--all-databases and --db cannot be used together")
	case len(t.keyspaces) > 0 && len(t.databases) == 0 && !t.ownDatabase():
		return exit.Usagef("--keyspace requires --db")
	case len(t.tables) > 0 && len(t.keyspaces) == 0:
		return exit.Usagef("--table requires --keyspace")
	}
	for _, s := range combinations("", t.keyspaces, t.tables) {
		if err := s.Check(); err != nil {
			return exit.Usagef("%v", err)
		}
	}
	for _, r := range t.resources {
		if _, err := iam.ParseDRN(r); err != nil {
			return exit.Usagef("--resource %v", err)
		}
	}
	return nil
}

// combinations returns each table in each keyspace of a database.
func combinations(database string, keyspaces, tables []string) []iam.Scope {
	scopes := []iam.Scope{{Database: database}}
	for level, names := range [][]string{keyspaces, tables} {
		if len(names) == 0 {
			break
		}
		var deeper []iam.Scope
		for _, s := range scopes {
			for _, name := range names {
				if level == 0 {
					s.Keyspace = name
				} else {
					s.Table = name
				}
				deeper = append(deeper, s)
			}
		}
		scopes = deeper
	}
	return scopes
}

// scopeFlags returns the scope of the flags.
func (t policyFlags) scopeFlags(ctx context.Context, app *cli.App, session *cli.Session) (scopeFlags, error) {
	p := scopeFlags{compiled: t.allDatabases, exact: t.resources}
	databases, err := session.FindDatabases(ctx, t.databases)
	if err != nil {
		return scopeFlags{}, err
	}
	for _, d := range databases {
		for _, s := range combinations(d.ID, t.keyspaces, t.tables) {
			p.add(app, d, s)
		}
	}
	return p, nil
}

// parameters returns the distinct API parameters of permissions, sorted.
func parameters(names []string) ([]string, error) {
	var actions []string
	for _, name := range names {
		p, err := iam.FindPermission(strings.TrimSpace(name))
		if err != nil {
			return nil, exit.UnknownPermission(err)
		}
		actions = append(actions, p.Parameter)
	}
	return distinct(actions), nil
}

// without removes permissions from actions. Permissions outside of the catalog
// can be removed if present.
func without(actions, names []string) ([]string, error) {
	remaining := slices.Clone(actions)
	for _, name := range names {
		if !slices.Contains(remaining, name) {
			p, err := iam.FindPermission(strings.TrimSpace(name))
			if err != nil {
				return nil, exit.UnknownPermission(err)
			}
			name = p.Parameter
		}
		remaining = slices.DeleteFunc(remaining, func(a string) bool { return a == name })
	}
	return remaining, nil
}
