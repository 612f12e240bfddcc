package user

import (
	"context"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
)

// checkUnchanged verifies, after a prompt and right before the change, that the user is
// unchanged since it was shown.
func (in update) checkUnchanged(ctx context.Context, app *cli.App, session *cli.Session, user devops.User, desired []string) error {
	shown, err := session.Members(ctx)
	if err != nil {
		return err
	}
	now, err := session.Users.List(ctx)
	if err != nil {
		return err
	}
	if err := checkUserUnchanged(now.Users, user); err != nil {
		return err
	}
	if in.leavesNoAdmin(now.Users, user, desired) && !in.leavesNoAdmin(shown.Users, user, desired) {
		return confirmLastAdmin(ctx, app, in.force, in.confirm, user)
	}
	return nil
}

// leavesNoAdmin reports whether no Organization Administrator would remain.
func (in update) leavesNoAdmin(users []devops.User, user devops.User, desired []string) bool {
	return !slices.ContainsFunc(desired, isAdminRole) && len(lastAdmins(users, []devops.User{user})) > 0
}

// checkUnchanged verifies, after a prompt and right before the first removal, that the
// users are unchanged since they were shown.
func (in removeCmd) checkUnchanged(ctx context.Context, app *cli.App, session *cli.Session, shown devops.Members, found []removal) error {
	leaving := presentUsers(found)
	if len(leaving) == 0 {
		return nil
	}
	now, err := session.Users.List(ctx)
	if err != nil {
		return err
	}
	for _, u := range leaving {
		if err := checkUserUnchanged(now.Users, u); err != nil {
			return err
		}
	}
	if len(lastAdmins(shown.Users, leaving)) > 0 {
		return nil
	}
	return in.checkLastAdmins(ctx, app, lastAdmins(now.Users, leaving))
}

// checkUserUnchanged returns an error if a user was removed or has other roles than
// those shown.
func checkUserUnchanged(users []devops.User, shown devops.User) error {
	i := slices.IndexFunc(users, func(u devops.User) bool { return u.ID == shown.ID })
	switch {
	case i < 0:
		return exit.Failf(exit.Conflict, "%s was removed by another client; nothing was changed", shown.Email)
	case !sameRoles(roleIDs(users[i]), roleIDs(shown)):
		return exit.Failf(exit.Conflict, "roles of %s were changed by another client to %s; nothing was changed", shown.Email, lookup.RoleNames(refs(users[i])))
	}
	return nil
}
