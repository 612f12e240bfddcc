package user

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/spelling"
)

// verifyLimit limits the time for reading the users after the run, also after an
// interrupt.
const verifyLimit = 10 * time.Second

// runBulk invites people and prints the result of each row.
func (in *invite) runBulk(ctx context.Context, app *cli.App, session *cli.Session, members devops.Members, invitees []invitee) error {
	record, err := bulkcmd.OpenRecord(app, "user invite", members.OrgID, in.keys(invitees))
	if err != nil {
		return err
	}
	rows := in.rows(app, session, members.OrgID, invitees, record)
	if n := record.Done(); n > 0 && !in.resume {
		app.Warn("an earlier run already did %d of %d rows; use --resume to do only the rest", n, len(rows))
	}
	counts := map[string]int{}
	for _, row := range rows {
		if row.Outcome == "" {
			counts[row.Action]++
		}
	}
	if len(counts) == 0 && !app.Globals.DryRun {
		return report(app, bulk.Run(ctx, rows, bulk.Options{}), false)
	}
	if in.resume && record.Empty() {
		app.Warn("nothing to resume: no earlier run of these rows is recorded; starting all of them")
	}
	if err := addRoleNames(ctx, session, rows, invitees); err != nil {
		return err
	}
	people, duplicates, skipped := 0, 0, []string{}
	for i, g := range invitees {
		switch {
		case g.sameAs > 0:
			duplicates++
			continue
		case rows[i].Outcome != "":
			skipped = append(skipped, g.address+" ("+g.reason()+")")
		}
		people++
	}
	if app.Globals.DryRun {
		return bulkcmd.DryRun(ctx, app, rows)
	}
	powers, err := describePowers(ctx, session, invitees)
	if err != nil {
		return err
	}
	if powers != "" && app.Globals.Yes {
		app.Say("%s", powers)
	}
	if people > 1 || in.picked || powers != "" {
		if err := app.Confirm(ctx, "%s", question(counts, duplicates, powers, skipped, members.OrgName)); err != nil {
			return err
		}
	}
	if err := record.Begin(in.resume); err != nil {
		return exit.Failf(exit.Config, "record of finished rows: %v", err)
	}
	results := bulkcmd.Run(ctx, app, "Inviting", rows, record, reconcile(session, invitees))
	pending := pendingRows(rows, results)
	if err := record.Close(!pending); err != nil {
		app.Warn("the record of finished rows could not be saved: %v", err)
	}
	fillIDs(ctx, app, session, results)
	return report(app, results, pending)
}

// lockKeys are keys before the names of roles are resolved. Default roles have their IDs,
// and custom roles are as they were given.
func (in *invite) lockKeys(app *cli.App, entries []bulk.Entry) []string {
	rows := make([]invitee, len(entries))
	for i, e := range entries {
		given := e.Roles
		if len(given) == 0 {
			given = in.roles
		}
		rows[i].address = app.Compose(e.Address)
		for _, ref := range given {
			if id := defaultRoleID(ref); !slices.Contains(rows[i].roles, id) {
				rows[i].roles = append(rows[i].roles, id)
			}
		}
	}
	return in.keys(rows)
}

// defaultRoleID returns the ID of the default role that ref names, else ref.
func defaultRoleID(ref string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(ref, "id:"), "name:")
	for _, r := range iam.DefaultRoles() {
		if name == r.ID || spelling.SameName(name, r.Name) || spelling.Fold(name) == spelling.Fold(iam.DisplayName(r.ID)) {
			return r.ID
		}
	}
	return ref
}

// keys identifies a run: runs with equal keys have the same effect.
func (in *invite) keys(invitees []invitee) []string {
	var keys []string
	for _, g := range invitees {
		keys = append(keys, spelling.Fold(g.address)+" "+strings.Join(sortIDs(g.roles), " "))
	}
	if in.resend {
		keys = append(keys, "--resend")
	}
	return keys
}

// rows converts invitees to rows. A resumed run skips finished rows, and resent
// emails with an unknown outcome, which may have been sent.
func (in *invite) rows(app *cli.App, session *cli.Session, orgID string, invitees []invitee, record *bulk.Record) []bulk.Row {
	rows := make([]bulk.Row, len(invitees))
	for i, g := range invitees {
		r := bulk.Result{Row: i + 1, Input: g.address, ID: g.user.ID, Action: g.action, Line: g.line}
		earlier, found := record.Earlier(r.Row)
		switch {
		case g.sameAs > 0:
			r.ID = invitees[g.sameAs-1].user.ID
			r = r.DuplicateOf(g.sameAs)
		case g.failure != nil:
			r.Outcome = bulk.Failed
			r.Exit, r.Error = exit.Explain(g.failure)
			if e, ok := errors.AsType[*exit.Error](g.failure); ok && len(e.Next) > 0 {
				r.Error += ". To change them: " + app.Command(e.Next[0])
			}
		case in.resume && found && (earlier.Outcome == bulk.OK || earlier.Outcome == bulk.Unknown && g.action == resend):
			r, r.Line = earlier, g.line
		case g.action == unchanged:
			r.Outcome = bulk.Unchanged
		}
		rows[i] = bulk.Row{Result: r, Do: func(ctx context.Context) error {
			return session.Users.Invite(ctx, orgID, g.address, g.roles)
		}}
	}
	return rows
}

// reason returns why nothing is sent to an invitee.
func (g invitee) reason() string {
	switch {
	case g.action == change:
		return "has other roles"
	case g.failure != nil:
		return "not invited yet"
	case g.action == create, g.action == resend:
		return "done by an earlier run"
	case status(g.user) == "pending":
		return "already invited"
	}
	return "already a member"
}

// addRoleNames adds role names to rows.
func addRoleNames(ctx context.Context, session *cli.Session, rows []bulk.Row, invitees []invitee) error {
	for i, g := range invitees {
		if g.action != create || len(g.roles) == 0 {
			continue
		}
		refs, err := session.RoleRefs(ctx, g.roles)
		if err != nil {
			return err
		}
		rows[i].As = lookup.RoleNames(refs)
	}
	return nil
}

// question returns the prompt for all rows. It names invitees who can give
// access to others, and skipped ones.
func question(counts map[string]int, duplicates int, powers string, skipped []string, org string) string {
	var parts []string
	if n := counts[create]; n > 0 {
		parts = append(parts, fmt.Sprintf("invite %s to %s", spelling.Count(n, "person"), org))
	}
	if n := counts[resend]; n > 0 {
		parts = append(parts, fmt.Sprintf("send %s again", spelling.Count(n, "invitation email")))
	}
	text := strings.Join(parts, " and ")
	if duplicates > 0 {
		text += " (" + spelling.Count(duplicates, "duplicate") + " merged)"
	}
	text = strings.ToUpper(text[:1]) + text[1:] + "?"
	if powers != "" {
		text += " " + powers
	}
	if len(skipped) == 0 {
		return text
	}
	const most = 5
	if n := len(skipped) - most; n > 0 {
		skipped = append(skipped[:most:most], fmt.Sprintf("and %d more", n))
	}
	return text + " Skipping " + strings.Join(skipped, ", ") + "."
}

// reconcile returns a function that determines whether invitations took effect.
// A resent email is not visible in the list.
func reconcile(session *cli.Session, invitees []invitee) func(context.Context, []int) ([]bulk.Verdict, error) {
	return func(ctx context.Context, rows []int) ([]bulk.Verdict, error) {
		now, err := session.Users.List(ctx)
		if err != nil {
			return nil, err
		}
		verdicts := make([]bulk.Verdict, len(rows))
		for n, i := range rows {
			user, found := byAddress(now.Users, invitees[i].address)
			switch {
			case invitees[i].action == resend:
			case !found:
				verdicts[n] = bulk.DidNotHappen
			case sameRoles(roleIDs(user), invitees[i].roles):
				verdicts[n] = bulk.Happened
			}
		}
		return verdicts, nil
	}
}

// pendingRows reports whether a resumed run would have rows to send.
func pendingRows(rows []bulk.Row, results []bulk.Result) bool {
	for i, row := range rows {
		if row.Outcome == "" && results[i].Exit != 0 {
			return true
		}
	}
	return false
}

// fillIDs adds the IDs of invitees to the results.
func fillIDs(ctx context.Context, app *cli.App, session *cli.Session, results []bulk.Result) {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyLimit)
	defer cancel()
	now, err := session.Users.List(after)
	if err != nil {
		app.Warn("IDs of invited users are missing from the report: %v", err)
		return
	}
	for i := range results {
		if user, found := byAddress(now.Users, results[i].Input); found {
			results[i].ID = user.ID
		}
	}
}

// report prints the rows and returns the error of the command.
func report(app *cli.App, results []bulk.Result, pending bool) error {
	if err := cli.Print(app, bulkcmd.Columns(), results, "No users match."); err != nil {
		return err
	}
	counts := map[bulk.Outcome]int{}
	for _, r := range results {
		counts[r.Outcome]++
	}
	app.Say("%d done, %d unchanged, %d failed, %d unknown, %d not started.",
		counts[bulk.OK], counts[bulk.Unchanged], counts[bulk.Failed], counts[bulk.Unknown], counts[bulk.NotStarted])
	return bulkcmd.Summarize(app, results, pending)
}
