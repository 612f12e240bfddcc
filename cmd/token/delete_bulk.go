package token

import (
	"context"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/spelling"
)

// several shows what would be revoked, asks, revokes it and reports each token.
func (in deleteCmd) several(ctx context.Context, app *cli.App, session *cli.Session, witness *onetime.Witness, found []deleteArg) error {
	slices.SortStableFunc(found, currentTokenLast)
	live, stale := 0, 0
	for _, t := range found {
		if t.ClientID != "" {
			app.Say("- %s (%s)", t.ClientID, t.words())
			live++
		}
		if t.stale != "" {
			app.Say("- %s (%s, already revoked; its saved secret is deleted)", t.stale, t.saved)
			stale++
		}
	}
	var effects []string
	if live > 0 {
		effects = append(effects, "revoke "+spelling.Count(live, "token"))
	}
	if stale > 0 {
		effects = append(effects, "delete the saved secrets of "+spelling.Count(stale, "revoked token"))
	}
	if len(effects) > 0 {
		question := strings.Join(effects, " and ")
		if err := app.Confirm(ctx, "%s?", strings.ToUpper(question[:1])+question[1:]); err != nil {
			return err
		}
	}
	if app.Globals.DryRun {
		if stale > 0 {
			app.DryRunf("delete the saved secrets of %s", spelling.Count(stale, "revoked token"))
		}
		return dryRunDeletions(ctx, app, session, found)
	}
	results := revoke(ctx, app, session, witness, found)
	if live > 0 {
		app.Say("Revoked %d of %s.", bulk.Done(results), spelling.Count(live, "token"))
	}
	if err := cli.Print(app, bulkcmd.Columns(), results, "No tokens match."); err != nil {
		return err
	}
	return bulkcmd.Summarize(app, results, false)
}

// currentTokenLast sorts the token in use behind the others: without it none of them
// could be revoked or verified.
func currentTokenLast(a, b deleteArg) int {
	switch {
	case a.current == b.current:
		return 0
	case a.current:
		return 1
	}
	return -1
}

// dryRunDeletions shows every request of a dry run.
func dryRunDeletions(ctx context.Context, app *cli.App, session *cli.Session, found []deleteArg) error {
	var requests []func(context.Context) error
	for _, t := range found {
		if t.ClientID != "" {
			requests = append(requests, func(ctx context.Context) error { return session.Tokens.Delete(ctx, t.ClientID) })
		}
	}
	return app.DryRun(ctx, requests)
}

// revoke revokes tokens, verifies that, and deletes their saved secrets.
func revoke(ctx context.Context, app *cli.App, session *cli.Session, witness *onetime.Witness, found []deleteArg) []bulk.Result {
	rows := make([]bulk.Row, len(found))
	for i, t := range found {
		r := bulk.Result{Row: i + 1, Input: t.input, ID: t.ClientID, Action: "delete"}
		switch {
		case t.duplicate != "":
			r.ID = t.duplicate
			r = r.DuplicateOf(1 + slices.IndexFunc(found, func(f deleteArg) bool { return f.ClientID == t.duplicate || f.stale == t.duplicate }))
		case t.ClientID == "":
			r.ID, r.Action, r.Outcome = t.stale, string(bulk.Unchanged), bulk.Unchanged
		}
		rows[i] = bulk.Row{Result: r, Do: func(ctx context.Context) error { return session.Tokens.Delete(ctx, t.ClientID) }}
	}
	own := 0
	if len(found) > 0 && found[len(found)-1].current {
		own = 1
	}
	results := bulkcmd.RunOwnLast(ctx, app, "Revoking", rows, own, func(rows []bulk.Row, results []bulk.Result) {
		verifyRevoked(ctx, app, witness, rows, results)
	})
	clean, cancel := cli.Proving(ctx)
	defer cancel()
	for i, r := range results {
		results[i] = cleaned(ctx, clean, app, session, witness, found[i], r)
	}
	return results
}

// cleaned deletes the saved secret of a token that is revoked, and revokes one that is
// neither listed nor accepted. That only the secret is left is no failure of the row.
func cleaned(ctx, clean context.Context, app *cli.App, session *cli.Session, witness *onetime.Witness, t deleteArg, r bulk.Result) bulk.Result {
	switch {
	case t.stale != "" && ctx.Err() != nil:
		r.Outcome = bulk.NotStarted
	case t.stale != "":
		err := revokeStale(clean, session, witness, t)
		if err == nil {
			err = deleteSaved(clean, app, session, t.tokenRow)
		}
		return recordFailure(r, err)
	case r.Outcome == bulk.OK:
		if err := deleteSaved(clean, app, session, t.tokenRow); err != nil {
			app.Warn("%s was revoked, but its saved secret was not deleted: %v", t.ClientID, err)
		}
	}
	return r
}

// recordFailure notes a failure, if there is one.
func recordFailure(r bulk.Result, err error) bulk.Result {
	if err == nil {
		return r
	}
	if r.Outcome == bulk.OK || r.Outcome == bulk.Unchanged {
		r.Outcome = bulk.Failed
	}
	r.Exit, r.Error = exit.Explain(err)
	return r
}

// verifyRevoked corrects the outcome of what was sent by what is proven.
func verifyRevoked(ctx context.Context, app *cli.App, witness *onetime.Witness, rows []bulk.Row, results []bulk.Result) {
	looking, cancel := cli.Proving(ctx)
	defer cancel()
	cli.ProveResults(rows, results, func(row int) error { return errStillListed(app, results[row].ID) }, func(accepted map[string]bool) map[string]error {
		return witness.Gone(looking, accepted)
	})
}
