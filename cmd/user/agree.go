package user

import (
	"context"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// agreed asks before one person is invited: where the roles come from a list, which
// a slip of the finger changes, and where they let that person give access to
// others. It then looks again at who is there: an invitation that replaces what
// somebody else did in the meantime is not what was agreed to.
func (in *invite) agreed(ctx context.Context, app *cli.App, session *cli.Session, org string, g guest) error {
	administers, err := sayPowers(ctx, app, session, g)
	if err != nil {
		return err
	}
	if g.action != create || !in.picked && !administers {
		return nil
	}
	roles, err := session.RoleRefs(ctx, g.roles)
	if err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Invite %s to %s as %s?", g.address, org, cli.RoleNames(roles)); err != nil {
		return err
	}
	if app.Globals.Yes || app.Globals.DryRun {
		return nil
	}
	now, err := session.Users.List(ctx)
	if err != nil {
		return err
	}
	if user, found := byAddress(now.Users, g.address); found {
		return exit.Failf(exit.Conflict, "%s has been added since the question (%s); nothing was sent", user.Email, cli.RoleNames(refs(user)))
	}
	return nil
}

// sayPowers tells of the roles of new people that give access to others, and
// reports whether there are any.
func sayPowers(ctx context.Context, app *cli.App, session *cli.Session, guests ...guest) (bool, error) {
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return false, err
	}
	return tellManaging(app, roles, func(id string) bool {
		return slices.ContainsFunc(guests, func(g guest) bool {
			return g.action == create && g.failure == nil && g.twin == 0 && slices.Contains(g.roles, id)
		})
	}), nil
}

// tellManaging tells of those roles that are given and that let their holder give access
// to others, and reports whether there are any.
func tellManaging(app *cli.App, roles []devops.Role, given func(id string) bool) bool {
	found := false
	for _, r := range roles {
		if of := managed(r); of != "" && given(r.ID) {
			app.Say("%s can manage %s.", r.Name, of)
			found = true
		}
	}
	return found
}

// managed names what a role lets its holder give to others.
func managed(r devops.Role) string {
	var of []string
	for _, power := range []struct{ action, of string }{
		{"org-user-write", "users"}, {"org-role-write", "roles"}, {"org-token-write", "tokens"},
	} {
		if slices.Contains(r.Policy.Actions, power.action) {
			of = append(of, power.of)
		}
	}
	if n := len(of); n > 1 {
		return strings.Join(of[:n-1], ", ") + " and " + of[n-1]
	}
	return strings.Join(of, "")
}
