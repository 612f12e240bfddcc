package role

import (
	"context"
	"slices"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/spelling"
)

// runBulk deletes roles and prints the result of each row. The roles of the
// token in use come last, since it may lose its permissions with them.
func (in deleteCmd) runBulk(ctx context.Context, app *cli.App, session *cli.Session, found []deletion, holders assignments) error {
	own := func(l deletion) bool { return l.ID != "" && holders.tokenHasRole(session, l.ID) }
	others := slices.DeleteFunc(slices.Clone(found), own)
	found = slices.Concat(others, slices.DeleteFunc(slices.Clone(found), func(l deletion) bool { return !own(l) }))
	rows := make([]bulk.Row, len(found))
	for i, l := range found {
		r := bulk.Result{Row: i + 1, Input: l.input, ID: l.ID, Action: "delete", Line: l.line}
		switch {
		case l.sameAs != "":
			r.ID = l.sameAs
			r = r.DuplicateOf(1 + slices.IndexFunc(found, func(f deletion) bool { return f.ID == l.sameAs }))
		case l.ID == "":
			r.Action, r.Outcome = string(bulk.Unchanged), bulk.Unchanged
		}
		rows[i] = bulk.Row{Result: r, Do: func(ctx context.Context) error { return in.delete(ctx, session, l.Role) }}
	}
	if app.Globals.DryRun {
		return bulkcmd.DryRun(ctx, app, rows)
	}
	all, err := session.AllRoles(ctx) // unchanged since they were shown
	if err != nil {
		return err
	}
	results := bulkcmd.RunOwnLast(ctx, app, "Deleting", rows, len(rows)-len(others), nil)
	answers, roles := slices.Clone(results), verificationList(session, all)
	roles.VerifyRows(ctx, rows, results, func(row int) error { return cli.StillListedError("role " + found[row].Name) })
	if slices.ContainsFunc(found, own) { // without it the token may be unable to list roles
		if _, err := roles.List(ctx); lostReadAccess(err) {
			app.Warn("the deletions could not be verified: %v", err)
			results = answers
		}
	}
	if there := rolesOf(found); len(there) > 0 {
		app.Say("Deleted %d of %s.", bulk.Done(results), spelling.Count(len(there), "role"))
	}
	if err := cli.Print(app, bulkcmd.Columns(), results, "No roles match."); err != nil {
		return err
	}
	return bulkcmd.HintRepeat(app, results, bulkcmd.Summarize(app, results, false), "--if-exists")
}
