package user

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

// lastLook bounds the look at what is there after the rows, also after an
// interruption.
const lastLook = 10 * time.Second

// several invites people and reports what became of each.
func (in *invite) several(ctx context.Context, app *cli.App, session *cli.Session, members devops.Members, guests []invitee) error {
	record, err := app.OpenRecord("user invite", members.OrgID, in.keys(guests))
	if err != nil {
		return err
	}
	rows := in.rows(app, session, members.OrgID, guests, record)
	if n := record.Done(); n > 0 && !in.resume {
		app.Warn("an earlier run of these rows did %d of %d; --resume completes the remaining rows", n, len(rows))
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
		app.Warn("there is nothing to resume: no earlier run of these rows is recorded, and all of them are started")
	}
	if err := named(ctx, session, rows, guests); err != nil {
		return err
	}
	people, twins, skipped := 0, 0, []string{}
	for i, g := range guests {
		switch {
		case g.twin > 0:
			twins++
			continue
		case rows[i].Outcome != "":
			skipped = append(skipped, g.address+" ("+g.reason()+")")
		}
		people++
	}
	if app.Globals.DryRun {
		return app.RehearseRows(ctx, rows)
	}
	given, err := powers(ctx, session, guests)
	if err != nil {
		return err
	}
	if given != "" && app.Globals.Yes {
		app.Say("%s", given)
	}
	if people > 1 || in.picked || given != "" {
		if err := app.Confirm(ctx, "%s", question(counts, twins, given, skipped, members.OrgName)); err != nil {
			return err
		}
	}
	if err := record.Begin(in.resume); err != nil {
		return exit.Failf(exit.Config, "the record of what is done: %v", err)
	}
	results := app.RunRows(ctx, "Inviting", rows, record, settle(session, guests))
	left := pendingRows(rows, results)
	if err := record.Close(!left); err != nil {
		app.Warn("the record of what is done cannot be kept: %v", err)
	}
	fillIDs(ctx, app, session, results)
	return report(app, results, left)
}

// keys are what makes a run the same.
func (in *invite) keys(guests []invitee) []string {
	var keys []string
	for _, g := range guests {
		keys = append(keys, spelling.Fold(g.address)+" "+strings.Join(sorted(g.roles), " "))
	}
	if in.resend {
		keys = append(keys, "--resend")
	}
	return keys
}

// rows turns guests into rows. What an earlier run has settled is not sent
// again by a run that resumes it: nor what nobody knows the outcome of, for
// there may have been a letter.
func (in *invite) rows(app *cli.App, session *cli.Session, orgID string, guests []invitee, record *bulk.Record) []bulk.Row {
	rows := make([]bulk.Row, len(guests))
	for i, g := range guests {
		r := bulk.Result{Row: i + 1, Input: g.address, ID: g.user.ID, Action: g.action, Line: g.line}
		earlier, found := record.Earlier(r.Row)
		switch {
		case g.twin > 0:
			r.ID = guests[g.twin-1].user.ID
			r = r.DuplicateOf(g.twin)
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

// reason is why nothing is sent to a guest.
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

// named gives rows the names of the roles with which people are invited.
func named(ctx context.Context, session *cli.Session, rows []bulk.Row, guests []invitee) error {
	for i, g := range guests {
		if g.action != create || len(g.roles) == 0 {
			continue
		}
		refs, err := session.RoleRefs(ctx, g.roles)
		if err != nil {
			return err
		}
		rows[i].As = cli.RoleNames(refs)
	}
	return nil
}

// question asks for everything at once. It names who will be able to give access to
// others, and who is skipped.
func question(counts map[string]int, twins int, given string, skipped []string, org string) string {
	var parts []string
	if n := counts[create]; n > 0 {
		parts = append(parts, fmt.Sprintf("invite %s to %s", spelling.Count(n, "person"), org))
	}
	if n := counts[resend]; n > 0 {
		parts = append(parts, fmt.Sprintf("send %s again", spelling.Count(n, "invitation email")))
	}
	text := strings.Join(parts, " and ")
	if twins > 0 {
		text += " (" + spelling.Count(twins, "duplicate") + " merged)"
	}
	text = strings.ToUpper(text[:1]) + text[1:] + "?"
	if given != "" {
		text += " " + given
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

// settle returns what looks whether invitations took place. A second letter
// leaves no trace.
func settle(session *cli.Session, guests []invitee) func(context.Context, []int) ([]bulk.Verdict, error) {
	return func(ctx context.Context, rows []int) ([]bulk.Verdict, error) {
		now, err := session.Users.List(ctx)
		if err != nil {
			return nil, err
		}
		verdicts := make([]bulk.Verdict, len(rows))
		for n, i := range rows {
			user, found := byAddress(now.Users, guests[i].address)
			switch {
			case guests[i].action == resend:
			case !found:
				verdicts[n] = bulk.DidNotHappen
			case sameRoles(roleIDs(user), guests[i].roles):
				verdicts[n] = bulk.Happened
			}
		}
		return verdicts, nil
	}
}

// pendingRows reports whether there is something that a resumed run could do.
func pendingRows(rows []bulk.Row, results []bulk.Result) bool {
	for i, row := range rows {
		if row.Outcome == "" && results[i].Exit != 0 {
			return true
		}
	}
	return false
}

// fillIDs fills in the ids that invited people have got.
func fillIDs(ctx context.Context, app *cli.App, session *cli.Session, results []bulk.Result) {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	now, err := session.Users.List(after)
	if err != nil {
		app.Warn("the ids of those who were invited are missing from the report: %v", err)
		return
	}
	for i := range results {
		if user, found := byAddress(now.Users, results[i].Input); found {
			results[i].ID = user.ID
		}
	}
}

// report prints the rows and says how the command ends.
func report(app *cli.App, results []bulk.Result, left bool) error {
	if err := cli.Print(app, cli.RowColumns(), results, "No users match."); err != nil {
		return err
	}
	counts := map[bulk.Outcome]int{}
	for _, r := range results {
		counts[r.Outcome]++
	}
	app.Say("%d done, %d unchanged, %d failed, %d unknown, %d not started.",
		counts[bulk.OK], counts[bulk.Unchanged], counts[bulk.Failed], counts[bulk.Unknown], counts[bulk.NotStarted])
	return app.BatchError(results, left)
}
