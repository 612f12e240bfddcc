package user

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
)

// confirmIntent asks before one person is invited if the roles were picked from a list,
// where a wrong key is easily pressed, or if they let that person give access to others.
// It then reads the users again: an invitation that replaces another one, sent during
// the prompt, is not what was confirmed.
func (in *invite) confirmIntent(ctx context.Context, app *cli.App, session *cli.Session, org string, g invitee) error {
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
	if err := app.Confirm(ctx, "Invite %s to %s as %s?", g.address, org, lookup.RoleNames(roles)); err != nil {
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
		return exit.Failf(exit.Conflict, "%s was added to the organization during the prompt (%s); nothing was sent", user.Email, lookup.RoleNames(refs(user)))
	}
	return nil
}

// sayPowers reports the roles of an invitee that give access to others, and whether
// there are any.
func sayPowers(ctx context.Context, app *cli.App, session *cli.Session, g invitee) (bool, error) {
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return false, err
	}
	return tellManaging(app, roles, func(id string) bool { return g.gets(id) }), nil
}

// gets reports whether an invitation gives this role.
func (g invitee) gets(id string) bool {
	return g.action == create && g.failure == nil && g.sameAs == 0 && slices.Contains(g.roles, id)
}

// powers returns a sentence for each role that lets invitees give access to others, ""
// if there is none.
func powers(ctx context.Context, session *cli.Session, invitees []invitee) (string, error) {
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return "", err
	}
	var sentences []string
	for _, r := range roles {
		of := lookup.Manages(r)
		if of == "" {
			continue
		}
		var people []string
		for _, g := range invitees {
			if g.gets(r.ID) {
				people = append(people, g.address)
			}
		}
		if len(people) > 0 {
			sentences = append(sentences, enumerated(people)+" will get "+r.Name+", which can manage "+of+".")
		}
	}
	return strings.Join(sentences, " "), nil
}

// enumerated names up to five, and counts the others.
func enumerated(names []string) string {
	const most = 5
	if n := len(names) - most; n > 0 {
		names = append(names[:most:most], fmt.Sprintf("%d more", n))
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// tellManaging prints the added roles that let their holder give access to others, and
// reports whether there are any.
func tellManaging(app *cli.App, roles []devops.Role, given func(id string) bool) bool {
	found := false
	for _, r := range roles {
		if of := lookup.Manages(r); of != "" && given(r.ID) {
			app.Say("%s can manage %s.", r.Name, of)
			found = true
		}
	}
	return found
}
