package user

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

type update struct {
	user, from         string
	roles, add, remove []string
	force              bool
	confirm            string
}

func newUpdate(app *cli.App) *cobra.Command {
	var in update
	cmd := &cobra.Command{
		Use:        "update [USER]",
		Aliases:    []string{"edit"},
		SuggestFor: []string{"set-roles", "grant"},
		Short:      "Change the roles of a user",
		Long: `Change the roles of a user, member or invited, identified by email address or
ID.

--role replaces all roles; --add-role and --remove-role keep the others. On a
terminal you can pick roles from a list if no flag is given.

Removing roles asks for confirmation. So does adding a role with permission to
manage users, roles or tokens, and each change by the list; --yes confirms.
Removing the role of the last Organization Administrator requires --force and
the email address, typed or given by --confirm.

--from reads several users: a text file of addresses or IDs, a CSV file with the
columns email and role (or roles, separated by semicolons), or JSON lines such as
{"email":"ada@example.com","roles":["RO User"]}. Roles of a row replace all roles
of the user; rows without roles are changed as the flags say. All rows are
checked, and the differences are confirmed, before anything is sent. Each user is
a row of the output: {row,input,id,action,outcome,exit,error}. After an
interruption, run the command again: users who already have their roles are
unchanged.`,
		Example: "  astra user update developer@example.com --add-role 'API R/W User'\n" +
			"  astra user update developer@example.com --role 'RO User' --yes\n" +
			"  printf 'email,role\\nviewer@example.com,RO User\\n' | astra user update --from - --yes",
		Args:        cli.Args("[USER]"),
		Annotations: completion.Args(completion.Users),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.user = strings.Join(args, "")
			if err := in.check(); err != nil {
				return err
			}
			if in.from != "" {
				return in.runBulk(cmd, app)
			}
			return app.Dialog(func() error { return in.run(cmd.Context(), app) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.from, "from", "", "read users and roles from a `file`; - reads standard input")
	completion.Flags(f, completion.Files, "from")
	f.StringArrayVar(&in.roles, "role", nil, "replace all roles, by `name` or ID; repeatable")
	f.StringArrayVar(&in.add, "add-role", nil, "`name` or ID of a role to add; repeatable")
	f.StringArrayVar(&in.remove, "remove-role", nil, "`name` or ID of a role to remove; repeatable")
	f.BoolVar(&in.force, "force", false, "allow removing the role of the last Organization Administrator")
	f.StringVar(&in.confirm, "confirm", "", "email `address` of the last Organization Administrator, instead of typing it")
	completion.Flags(f, completion.Roles, "role", "add-role", "remove-role")
	cmd.MarkFlagsMutuallyExclusive("role", "add-role")
	cmd.MarkFlagsMutuallyExclusive("role", "remove-role")
	return cmd
}

// check refuses a command line without users, or with both a user and a file.
func (in update) check() error {
	switch {
	case in.user == "" && in.from == "":
		return exit.Usagef("USER is required").WithHint("name a user, or a file of users with --from")
	case in.user != "" && in.from != "":
		return exit.Usagef("cannot combine USER with --from")
	}
	return nil
}

// namesRoles reports whether a flag names roles.
func (in update) namesRoles() bool { return len(in.roles)+len(in.add)+len(in.remove) > 0 }

func (in update) run(ctx context.Context, app *cli.App) error {
	if !in.namesRoles() && !app.Interactive() {
		return exit.Usagef("specify at least one of --role, --add-role, --remove-role").WithNext("astra role list")
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Users(), lookup.Roles())
	waits := app.Waits()
	user, err := session.User(ctx, in.user)
	if err != nil {
		return err
	}
	has := roleIDs(user)
	desired, err := in.desiredRoles(ctx, app, session, user)
	if err != nil {
		return err
	}
	if len(desired) == 0 {
		return exit.Usagef("%s would have no roles; every user needs at least one", user.Email).
			WithHint("to take away all access, remove the user").WithNext("astra user remove " + shellword.Quote(user.Email))
	}
	if sameRoles(has, desired) {
		app.Say("%s", in.unchangedReason(user))
		return cli.PrintOne(app, columns(), user)
	}
	if err := in.confirmIntent(ctx, app, session, user, desired); err != nil {
		return err
	}
	if app.Waits() > waits { // otherwise the list is as new as another one would be
		if err := in.checkUnchanged(ctx, app, session, user, desired); err != nil {
			return err
		}
	}
	if err := session.Users.SetRoles(ctx, user.ID, desired); err != nil {
		return fmt.Errorf("change the roles of %s: %w", user.Email, err)
	}
	now, err := session.Users.Get(ctx, user.ID)
	if err != nil {
		return exit.Hint(err, "the roles were changed, but could not be verified")
	}
	if !sameRoles(roleIDs(now), desired) {
		return exit.Failf(exit.Conflict, "roles of %s were changed again by another client; they are now: %s", user.Email, lookup.RoleNames(refs(now)))
	}
	app.Say("Changed the roles of %s.", user.Email)
	return cli.PrintOne(app, columns(), now)
}

// unchangedReason returns why there is nothing to change.
func (in update) unchangedReason(user devops.User) string {
	if len(in.remove) > 0 && len(in.add) == 0 {
		return fmt.Sprintf("%s does not have %s; nothing to remove.", user.Email, strings.Join(in.remove, ", "))
	}
	return user.Email + " already has these roles."
}

// desiredRoles returns the IDs of the roles after the change.
func (in update) desiredRoles(ctx context.Context, app *cli.App, session *cli.Session, user devops.User) ([]string, error) {
	has := roleIDs(user)
	if !in.namesRoles() {
		roles, err := app.PickRoles(ctx, session, "Roles for "+user.Email, user.Roles)
		return idsOf(roles), err
	}
	if len(in.roles) > 0 {
		roles, err := session.FindRoles(ctx, in.roles)
		return idsOf(roles), err
	}
	more, err := session.FindRoles(ctx, in.add)
	if err != nil {
		return nil, err
	}
	removed, err := in.removedRoles(ctx, session, user)
	if err != nil {
		return nil, err
	}
	added := idsOf(more)
	for _, r := range more {
		if slices.Contains(removed, r.ID) {
			return nil, exit.Usagef("%q cannot be both added and removed", r.Name)
		}
	}
	added = slices.DeleteFunc(added, func(id string) bool { return slices.Contains(has, id) })
	return slices.DeleteFunc(slices.Concat(has, added), func(id string) bool { return slices.Contains(removed, id) }), nil
}

// removedRoles returns the IDs of the roles to remove. Those of the user are
// known even if the credential cannot list roles.
func (in update) removedRoles(ctx context.Context, session *cli.Session, user devops.User) ([]string, error) {
	var ids []string
	for _, ref := range in.remove {
		if id, found := ownRole(user, ref); found {
			ids = append(ids, id)
			continue
		}
		role, err := session.Role(ctx, ref)
		if err != nil {
			return nil, err
		}
		ids = append(ids, role.ID)
	}
	return ids, nil
}

// confirmIntent shows the difference, and asks for confirmation if roles are
// removed, picked from a list, or can give access to others.
func (in update) confirmIntent(ctx context.Context, app *cli.App, session *cli.Session, user devops.User, desired []string) error {
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return err
	}
	members, err := session.Members(ctx)
	if err != nil {
		return err
	}
	var gained, removed []string
	for _, r := range roles {
		if slices.Contains(desired, r.ID) && !slices.Contains(roleIDs(user), r.ID) {
			gained = append(gained, r.Name)
			app.Say("+ %s", r.Name)
		}
	}
	for _, r := range refs(user) {
		if !slices.Contains(desired, r.ID) {
			removed = append(removed, lookup.RoleNames([]lookup.RoleRef{r}))
			app.Say("- %s", removed[len(removed)-1])
		}
	}
	if in.leavesNoAdmin(members.Users, user, desired) {
		return confirmLastAdmin(ctx, app, in.force, in.confirm, user)
	}
	administers := printManaging(app, roles, func(id string) bool {
		return slices.Contains(desired, id) && !slices.Contains(roleIDs(user), id)
	})
	picked := !in.namesRoles() || administers
	switch {
	case picked && len(removed) == 0:
		return app.Confirm(ctx, "Add %s to the roles of %s?", strings.Join(gained, ", "), user.Email)
	case len(removed) == 0:
		return nil
	case picked && len(gained) > 0:
		return app.Confirm(ctx, "Remove %s from the roles of %s, and add %s?", strings.Join(removed, ", "), user.Email, strings.Join(gained, ", "))
	}
	return app.Confirm(ctx, "Remove %s from the roles of %s?", strings.Join(removed, ", "), user.Email)
}

// confirmLastAdmin requires --force and the typed address to remove the last
// Organization Administrator.
func confirmLastAdmin(ctx context.Context, app *cli.App, force bool, confirm string, user devops.User) error {
	if !force {
		return exit.Refusef("%s is the last active Organization Administrator; without one, users and roles cannot be managed", user.Email).
			WithHint("add this role to another user first, or use --force")
	}
	return app.ConfirmName(ctx, confirm, user.Email, "%s is the last active Organization Administrator", user.Email)
}
