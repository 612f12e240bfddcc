package user

import (
	"context"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// What is to be done about a guest.
const (
	create    = "create"
	resend    = "resend"
	change    = "change"
	unchanged = "unchanged"
)

// A invitee is somebody to be invited.
type invitee struct {
	address string
	roles   []string // ids
	line    int      // of the file
	twin    int      // the row that says the same; 0 if none does
	action  string
	user    devops.User // who has the address already
	failure error       // why nothing is sent
}

// readEntries reads who is to be invited, and what is wrong with that. Nothing is sent for
// it.
func (in *invite) readEntries(ctx context.Context, app *cli.App) ([]bulk.Entry, []bulk.InputError, error) {
	if len(in.read) > 0 {
		return in.read, in.faults, nil
	}
	if len(in.addresses) == 0 && in.from == "" {
		return nil, nil, exit.Usagef("EMAIL is missing").WithHint("give addresses, or a file of them with --from")
	}
	entries, faults := bulk.Addresses(in.addresses)
	if in.from != "" {
		text, err := app.ReadDocument(ctx, "--from", in.from)
		if err != nil {
			return nil, nil, err
		}
		more, wrong := bulk.Read(text)
		entries, faults = append(entries, more...), append(faults, wrong...)
	}
	if _, wrong := bulk.Notes(faults); len(entries)+len(wrong) == 0 {
		return nil, nil, exit.Usagef("there is no address")
	}
	in.read, in.faults = entries, faults
	return entries, faults, nil
}

// resolveRoles gives each entry its roles, by id. Whoever is there twice with the
// same roles is a twin. faults are those of the input, which are told together with
// those of the roles.
func (in *invite) resolveRoles(ctx context.Context, app *cli.App, session *cli.Session, entries []bulk.Entry, faults []bulk.InputError) ([]invitee, error) {
	if _, err := session.AllRoles(ctx); err != nil {
		if wrong := app.InputErrors(faults); wrong != nil {
			return nil, wrong
		}
		return nil, err
	}
	own := make([][]string, len(entries))
	for i, e := range entries {
		var wrong []bulk.InputError
		own[i], wrong = rolesOf(ctx, session, e)
		faults = append(faults, wrong...)
	}
	faults = append(faults, in.roleless(app, entries)...)
	common, err := in.defaultRoles(ctx, app, session, entries, faults)
	if err != nil {
		if _, wrong := bulk.Notes(faults); len(wrong) == 0 {
			return nil, err
		}
		_, text := exit.Explain(err)
		faults = append(faults, bulk.InputError{Text: text})
	}
	var all []invitee
	seen := map[string]int{}
	for i, e := range entries {
		ids := common
		if len(e.Roles) > 0 {
			ids = own[i]
		}
		e.Address = app.Composed(e.Address)
		key := spelling.Fold(e.Address)
		at, twice := seen[key]
		g := invitee{address: e.Address, roles: ids, line: e.Line}
		switch {
		case !twice:
			seen[key] = len(all)
		case sameRoles(all[at].roles, ids):
			g.twin = at + 1
		default:
			faults = append(faults, bulk.InputError{Line: e.Line, Text: fmt.Sprintf("%s is there twice, with different roles", e.Address)})
		}
		all = append(all, g)
	}
	return all, app.InputErrors(faults)
}

// rolesOf returns the ids of the roles of an entry, or all that is wrong with their
// names.
func rolesOf(ctx context.Context, session *cli.Session, e bulk.Entry) (ids []string, faults []bulk.InputError) {
	for _, ref := range e.Roles {
		role, err := session.Role(ctx, ref)
		if err != nil {
			_, text := exit.Explain(err)
			faults = append(faults, bulk.InputError{Line: e.Line, Text: text})
		} else if !slices.Contains(ids, role.ID) {
			ids = append(ids, role.ID)
		}
	}
	return ids, faults
}

// defaultRoles are the roles of entries that name none. They are asked for if there
// is somebody to ask.
func (in *invite) defaultRoles(ctx context.Context, app *cli.App, session *cli.Session, entries []bulk.Entry, faults []bulk.InputError) ([]string, error) {
	_, wrong := bulk.Notes(faults)
	if len(in.roles) > 0 {
		roles, err := session.RolesNamed(ctx, in.roles)
		return idsOf(roles), err
	}
	without := slices.Clone(entries)
	without = slices.DeleteFunc(without, func(e bulk.Entry) bool { return len(e.Roles) > 0 })
	switch {
	case len(without) == 0, in.resend, len(in.roleless(app, entries)) == len(without):
		return nil, nil
	case app.Interactive() && len(wrong) == 0:
		roles, err := app.PickRoles(ctx, session, rolesQuestion(entries), nil)
		in.picked = true
		return idsOf(roles), err
	}
	return nil, exit.Usagef("--role is missing: every invitation needs at least one role").WithNext("astra role list")
}

// roleless are the faults of rows without roles in a file where others have some, and
// nothing else says which.
func (in *invite) roleless(app *cli.App, entries []bulk.Entry) (faults []bulk.InputError) {
	named := func(e bulk.Entry) bool { return len(e.Roles) > 0 }
	if len(in.roles) > 0 || in.resend || app.Interactive() || !slices.ContainsFunc(entries, named) {
		return nil
	}
	for _, e := range entries {
		if !named(e) && e.Line > 0 {
			faults = append(faults, bulk.InputError{Line: e.Line, Text: e.Address + " has no role: add one, or give --role for such rows"})
		}
	}
	return faults
}

// rolesQuestion asks for the roles of entries that name none.
func rolesQuestion(entries []bulk.Entry) string {
	without := slices.DeleteFunc(slices.Clone(entries), func(e bulk.Entry) bool { return len(e.Roles) > 0 })
	if len(without) == 1 {
		return "Roles for " + without[0].Address
	}
	return "Roles for " + spelling.Count(len(without), "person")
}

func idsOf(roles []devops.Role) []string {
	ids := make([]string, len(roles))
	for i, r := range roles {
		ids[i] = r.ID
	}
	return ids
}

// plan decides what is to be done about a guest, given who is there.
func (g *invitee) plan(ctx context.Context, session *cli.Session, users []devops.User, again bool) {
	user, found := byAddress(users, g.address)
	g.user = user
	if found && len(g.roles) == 0 { // the letter is what matters
		g.roles = roleIDs(user)
	}
	pending := status(user) == "pending"
	switch {
	case !found && len(g.roles) == 0:
		g.action = resend
		g.failure = exit.Failf(exit.NotFound, "%s was not invited yet", g.address).WithHint("--role says with what roles")
	case !found:
		g.action = create
	case !sameRoles(roleIDs(user), g.roles):
		g.action = change
		update := []string{"astra", "user", "update", user.Email}
		for _, name := range called(ctx, session, g.roles) {
			update = append(update, "--role", name)
		}
		g.failure = exit.Failf(exit.Conflict, "%s is in the organization already (%s), with other roles: %s",
			user.Email, status(user), cli.RoleNames(refs(user))).
			WithHint("an invitation would replace those roles, so it is not sent").
			WithNext(shellword.Line(update...))
	case pending && again:
		g.action = resend
	default:
		g.action = unchanged
	}
}

// called returns what people call these roles: the name, or the id where that means
// another role or none.
func called(ctx context.Context, session *cli.Session, ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		refs, err := session.RoleRefs(ctx, []string{id})
		if err != nil || refs[0].Name == "" {
			continue
		}
		if role, err := session.Role(ctx, refs[0].Name); err == nil && role.ID == id {
			names[i] = refs[0].Name
		}
	}
	return names
}

// warnAlike warns of new addresses that look like another one, of a member or of an
// earlier row.
func warnAlike(app *cli.App, guests []invitee, users []devops.User) {
	var others []string
	for _, u := range users {
		others = append(others, u.Email)
	}
	for _, g := range guests {
		alike := func(other string) bool { return spelling.Alike(g.address, other) }
		if i := slices.IndexFunc(others, alike); g.action == create && i >= 0 {
			app.Warn("%s looks the same as another address: %s", g.address, spelling.Difference(g.address, others[i]))
		}
		others = append(others, g.address)
	}
}
