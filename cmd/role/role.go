// Package role is "astra role": the permissions of users and tokens.
package role

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "role",
		SuggestFor: []string{"policy", "policies"},
		Short:      "Manage roles",
		Long: `Manage roles. A role grants permissions on resources to users and application
tokens.

Every organization has the same default roles, which cannot be changed. Create
custom roles to grant more or less.

A role is identified by its name or ID; a default role also by its name in the
Portal, such as Read/Write User for R/W User.`,
		Example: "  astra role list\n  astra role advise --needs cql",
	}, newAdvise, newCreate, newDelete, newDiff, newGet, newList, newUpdate)
}

// kind distinguishes default roles from those of the organization.
func kind(r devops.Role) string {
	if isDefault(r) {
		return "default"
	}
	return "custom"
}

func isDefault(r devops.Role) bool {
	_, found := iam.DefaultRole(r.ID)
	return found
}

func columns() []output.Column[devops.Role] {
	return []output.Column[devops.Role]{
		{Key: "id", Value: func(r devops.Role) any { return r.ID }, Name: true, Spare: 1},
		{Key: "name", Value: func(r devops.Role) any { return r.Name }, Sorted: true},
		{Key: "displayName", Value: func(r devops.Role) any { return output.OrNull(iam.DisplayName(r.ID)) }, Wide: true},
		{Key: "kind", Value: func(r devops.Role) any { return kind(r) }},
		{Key: "description", Value: func(r devops.Role) any { return r.Policy.Description }, Wide: true},
		{Key: "permissions", Value: func(r devops.Role) any { return distinct(r.Policy.Actions) }, Text: permissionCount, Order: permissions},
		{Key: "resources", Value: func(r devops.Role) any { return r.Policy.Resources }, Wide: true},
		{Key: "updatedAt", Value: func(r devops.Role) any { return r.UpdatedAt }, Wide: true},
	}
}

// distinct returns sorted texts without duplicates: the service repeats some
// actions.
func distinct(texts []string) []string {
	all := append([]string{}, texts...)
	slices.Sort(all)
	return slices.Compact(all)
}

// isNotFound reports whether the role does not exist.
func isNotFound(err error) bool {
	e, ok := errors.AsType[*exit.Error](err)
	return ok && e.Exit == exit.NotFound
}

// requireCustom refuses a default role, which cannot be changed or deleted.
func requireCustom(r devops.Role, done string) error {
	if !isDefault(r) {
		return nil
	}
	return exit.Refusef("%s is a default role and cannot be %s", r.Name, done)
}

// checkNameFree verifies that no role except one has the name, ignoring case
// like the service. A name that looks the same is refused too, since the wrong
// role could be assigned.
func checkNameFree(ctx context.Context, session *cli.Session, name, except string) error {
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return err
	}
	var conflicts []string
	for _, r := range roles {
		switch {
		case r.ID == except:
		case spelling.Fold(r.Name) == spelling.Fold(name):
			conflicts = append(conflicts, r.ID)
		case spelling.Alike(r.Name, name):
			return exit.Failf(exit.Conflict, "role %q looks the same as %q: %s", r.Name, name, spelling.Difference(name, r.Name)).
				WithNext(shellword.Line("astra", "role", "get", "id:"+r.ID))
		case spelling.Fold(iam.DisplayName(r.ID)) == spelling.Fold(name):
			return exit.Failf(exit.Conflict, "%q is the Portal's name of the default role %s", name, r.Name).
				WithNext(shellword.Line("astra", "role", "get", "id:"+r.ID))
		}
	}
	if len(conflicts) == 0 {
		return nil
	}
	return exit.Failf(exit.Conflict, "role %q already exists: %s", name, strings.Join(conflicts, ", ")).
		WithNext(shellword.Line("astra", "role", "get", "id:"+conflicts[0]))
}
