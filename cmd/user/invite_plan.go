package user

import (
	"context"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// The actions for an invitee.
const (
	create    = "create"
	resend    = "resend"
	change    = "change"
	unchanged = "unchanged"
)

// invitee is a person to invite.
type invitee struct {
	address string
	roles   []string // role IDs
	line    int      // in the file
	sameAs  int      // the earlier row that this one duplicates; 0 is none
	action  string
	user    devops.User // the existing user with this address, if any
	failure error       // why nothing is sent
}

// readEntries reads addresses and input errors. It sends nothing.
func (in *invite) readEntries(ctx context.Context, app *cli.App) ([]bulk.Entry, []bulk.InputError, error) {
	if len(in.read) > 0 {
		return in.read, in.faults, nil
	}
	if len(in.addresses) == 0 && in.from == "" {
		return nil, nil, exit.Usagef("EMAIL is required").WithHint("specify addresses, or a file of addresses with --from")
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
		return nil, nil, exit.Usagef("no addresses found")
	}
	in.read, in.faults = entries, faults
	return entries, faults, nil
}

// resolveRoles resolves the roles of each entry to IDs. An address that is
// repeated with the same roles is a duplicate. faults are those of the input;
// they are reported together with those of the roles.
func (in *invite) resolveRoles(ctx context.Context, app *cli.App, session *cli.Session, entries []bulk.Entry, faults []bulk.InputError) ([]invitee, error) {
	if _, err := session.AllRoles(ctx); err != nil {
		if wrong := bulkcmd.CheckInput(app, faults); wrong != nil {
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
	faults = append(faults, in.rowsWithoutRole(app, entries)...)
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
		e.Address = app.Compose(e.Address)
		key := spelling.Fold(e.Address)
		at, twice := seen[key]
		g := invitee{address: e.Address, roles: ids, line: e.Line}
		switch {
		case !twice:
			seen[key] = len(all)
		case sameRoles(all[at].roles, ids):
			g.sameAs = at + 1
		default:
			faults = append(faults, bulk.InputError{Line: e.Line, Text: fmt.Sprintf("%s is listed twice with different roles", e.Address)})
		}
		all = append(all, g)
	}
	return all, bulkcmd.CheckInput(app, faults)
}

// rolesOf returns the IDs of the roles of an entry, and a fault for each unknown name.
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

// defaultRoles returns the roles of entries without roles, from flags or a
// prompt.
func (in *invite) defaultRoles(ctx context.Context, app *cli.App, session *cli.Session, entries []bulk.Entry, faults []bulk.InputError) ([]string, error) {
	_, wrong := bulk.Notes(faults)
	if len(in.roles) > 0 {
		roles, err := session.FindRoles(ctx, in.roles)
		return idsOf(roles), err
	}
	without := slices.Clone(entries)
	without = slices.DeleteFunc(without, func(e bulk.Entry) bool { return len(e.Roles) > 0 })
	switch {
	case len(without) == 0, in.resend, len(in.rowsWithoutRole(app, entries)) == len(without):
		return nil, nil
	case app.Interactive() && len(wrong) == 0:
		roles, err := app.PickRoles(ctx, session, rolesQuestion(entries), nil)
		in.picked = true
		return idsOf(roles), err
	}
	return nil, exit.Usagef("--role is required").WithNext("astra role list")
}

// rowsWithoutRole returns input errors for rows without roles in a file with roles,
// unless flags or a prompt supply them.
func (in *invite) rowsWithoutRole(app *cli.App, entries []bulk.Entry) (faults []bulk.InputError) {
	named := func(e bulk.Entry) bool { return len(e.Roles) > 0 }
	if len(in.roles) > 0 || in.resend || app.Interactive() || !slices.ContainsFunc(entries, named) {
		return nil
	}
	for _, e := range entries {
		if !named(e) && e.Line > 0 {
			faults = append(faults, bulk.InputError{Line: e.Line, Text: e.Address + " has no role; add one, or use --role for rows without roles"})
		}
	}
	return faults
}

// rolesQuestion returns the prompt for the roles of entries without roles.
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

// plan selects the action for an invitee, given the users of the organization.
func (g *invitee) plan(ctx context.Context, session *cli.Session, users []devops.User, again bool) {
	user, found := byAddress(users, g.address)
	g.user = user
	if found && len(g.roles) == 0 { // only resend the email
		g.roles = roleIDs(user)
	}
	pending := status(user) == "pending"
	switch {
	case !found && len(g.roles) == 0:
		g.action = resend
		g.failure = exit.Failf(exit.NotFound, "%s has not been invited yet", g.address).WithHint("specify roles with --role")
	case !found:
		g.action = create
	case !sameRoles(roleIDs(user), g.roles):
		g.action = change
		update := []string{"astra", "user", "update", user.Email}
		for _, name := range displayNames(ctx, session, g.roles) {
			update = append(update, "--role", name)
		}
		g.failure = exit.Failf(exit.Conflict, "%s is already in the organization (%s) with other roles: %s",
			user.Email, status(user), lookup.RoleNames(refs(user))).
			WithHint("nothing was sent, because an invitation would replace these roles").
			WithNext(shellword.Line(update...))
	case pending && again:
		g.action = resend
	default:
		g.action = unchanged
	}
}

// displayNames returns the names of roles, or IDs for ambiguous names.
func displayNames(ctx context.Context, session *cli.Session, ids []string) []string {
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

// warnAlike warns about new addresses that look like that of a user or of an earlier
// row.
func warnAlike(app *cli.App, invitees []invitee, users []devops.User) {
	var others []string
	for _, u := range users {
		others = append(others, u.Email)
	}
	for _, g := range invitees {
		alike := func(other string) bool { return spelling.Alike(g.address, other) }
		if i := slices.IndexFunc(others, alike); g.action == create && i >= 0 {
			app.Warn("%s looks the same as another address: %s", g.address, spelling.Difference(g.address, others[i]))
		}
		others = append(others, g.address)
	}
}
