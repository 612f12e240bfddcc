package token

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

// dryRun shows every request of a dry run.
func (in panicCmd) dryRun(ctx context.Context, app *cli.App, leaks []*Exposed) error {
	var requests []func(context.Context) error
	for _, l := range leaks {
		if !l.shouldRevoke(in.force) || len(l.via) == 0 {
			continue
		}
		requests = append(requests, func(ctx context.Context) error {
			if l.replaced {
				app.Say("Would replace %s with a new token with the same rights, and then:", l.ClientID)
			}
			return l.via[0].Tokens.Delete(ctx, l.ClientID)
		})
	}
	return app.DryRun(ctx, requests)
}

// revokeAll revokes the live tokens, verifies that, and deletes their saved
// secrets.
func (in panicCmd) revokeAll(ctx context.Context, app *cli.App, leaks []*Exposed) []bulk.Result {
	rows := make([]bulk.Row, len(leaks))
	for i, l := range leaks {
		rows[i] = in.tokenRow(app, l)
	}
	needed := slices.IndexFunc(leaks, func(l *Exposed) bool { return l.rank(leaks) > 0 })
	if needed < 0 {
		needed = len(leaks)
	}
	var results []bulk.Result
	if needed > 0 {
		results = bulkcmd.Run(ctx, app, "Revoking", rows[:needed], nil, nil)
		proveLeaks(ctx, app, rows, leaks, results)
	}
	for i := needed; i < len(leaks); i++ { // one by one: each is needed for those before it, and to look at them
		one := []bulk.Result{rows[i].Result}
		if rows[i].Outcome == "" {
			err := context.Cause(ctx)
			one[0].Outcome = bulk.NotStarted
			if err == nil {
				one[0].Outcome, err = bulk.OK, rows[i].Do(ctx)
			}
			one[0] = recordFailure(one[0], err)
			proveLeaks(ctx, app, rows[i:], leaks[i:], one)
		}
		results = append(results, one[0])
	}
	clean, cancel := cli.Proving(ctx)
	defer cancel()
	for i, r := range results {
		if r.Outcome != bulk.OK || leaks[i].replaced {
			continue
		}
		if err := leaks[i].cleanUp(clean, app); err != nil {
			app.Warn("%s was revoked, but its saved secret was not deleted: %v", r.ID, err)
		}
	}
	return results
}

// tokenRow is what is to be done about a token.
func (in panicCmd) tokenRow(app *cli.App, l *Exposed) bulk.Row {
	r := bulk.Row{Result: bulk.Result{Row: l.number, Input: l.name(), ID: l.ClientID, Action: "delete"}, Do: l.revoke}
	if l.replaced {
		r.Action, r.Do = "rotate", func(ctx context.Context) error { return l.replace(ctx, app) }
	}
	if l.state() == isInvalid {
		r.Action, r.Outcome = string(bulk.Unchanged), bulk.Unchanged
	} else if why := l.blockReason(in.force); why != nil {
		r.Outcome = bulk.Failed
		r.Exit, r.Error = exit.Explain(why)
	}
	return r
}

// revoke revokes the token with the first credential that may.
func (l *Exposed) revoke(ctx context.Context) error {
	var refusal error
	for _, s := range l.via {
		err := s.Tokens.Delete(ctx, l.ClientID)
		if !errors.Is(err, devops.ErrForbidden) {
			return err
		}
		refusal = err
	}
	return l.errNoPermission(refusal)
}

// replace rotates a token that is stored on this machine.
func (l *Exposed) replace(ctx context.Context, app *cli.App) error {
	session := l.lister
	order, err := rotate{}.order(ctx, app, session, l.tokenRow)
	if err != nil {
		return err
	}
	held, err := app.StoredCopies(session.APIURL, l.ClientID)
	if err != nil {
		return err
	}
	if held == nil {
		return exit.Failf(exit.Conflict, "the token is no longer stored here")
	}
	record := onetime.Record{Kind: onetime.Rotating, Old: l.ClientID, Order: order}
	held.Note(&record)
	r, err := rebuild(ctx, app, session, record)
	if err != nil {
		return err
	}
	entry, err := r.Begin(ctx, l.ClientID, order, 0)
	if err != nil {
		return errRotationPending(err, l.ClientID)
	}
	defer entry.Leave()
	if err := r.Advance(ctx, entry, true); err != nil {
		return r.explainFailure(entry, err)
	}
	app.Say("The token %s is now %s.", entry.Made, r.places)
	return nil
}

// errNoPermission is the failure of a token that is live and that no login here can
// revoke.
func (l *Exposed) errNoPermission(refusal error) error {
	e := exit.Failf(exit.Forbidden, "the token is live, but no login here can revoke it: %v", refusal)
	if len(l.via) == 1 && l.via[0] == l.self {
		return e.WithHint("log in to its organization %s and run this again", l.orgID).WithNext("astra auth login")
	}
	return e.WithHint("this requires the permission org-token-write")
}

// proveLeaks corrects the outcomes of what was sent by what is proven.
func proveLeaks(ctx context.Context, app *cli.App, rows []bulk.Row, leaks []*Exposed, results []bulk.Result) {
	looking, cancel := cli.Proving(ctx)
	defer cancel()
	cli.ProveResults(rows, results, func(row int) error { return errStillListed(app, results[row].ID) }, func(accepted map[string]bool) map[string]error {
		return goneLeaks(looking, app, leaks, accepted)
	})
}

// goneLeaks returns an error for each leaked token that is not proven to be gone.
func goneLeaks(ctx context.Context, app *cli.App, leaks []*Exposed, accepted map[string]bool) map[string]error {
	byLister := map[*cli.Session]map[string]bool{}
	for _, l := range leaks {
		if ok, sent := accepted[l.ClientID]; sent && l.witness() != nil {
			if byLister[l.witness()] == nil {
				byLister[l.witness()] = map[string]bool{}
			}
			byLister[l.witness()][l.ClientID] = ok
		}
	}
	failures := map[string]error{}
	for lister, sent := range byLister {
		w, err := app.Witness(lister, listedBy(leaks, lister))
		if err != nil {
			for id := range sent {
				failures[id] = err
			}
			continue
		}
		w.Rejected = func(ctx context.Context, clientID string) (bool, error) {
			at := slices.IndexFunc(leaks, func(l *Exposed) bool { return l.ClientID == clientID })
			if at < 0 || leaks[at].self == nil { // it was not accepted before either
				return false, nil
			}
			_, err := leaks[at].self.Orgs.Current(ctx)
			return devops.NoSuchToken(err), nil
		}
		maps.Copy(failures, w.Gone(ctx, sent))
	}
	return failures
}

// witness is the session that looks whether the token is gone: the one whose list
// has it, else the token itself.
func (l *Exposed) witness() *cli.Session { return cmp.Or(l.lister, l.self) }

// listedBy returns the tokens that a session's list showed.
func listedBy(leaks []*Exposed, lister *cli.Session) []devops.Token {
	for _, l := range leaks {
		if l.lister == lister && l.listed != nil {
			return l.listed
		}
	}
	return nil
}

// cleanUp deletes the saved secrets of a revoked token.
func (l *Exposed) cleanUp(ctx context.Context, app *cli.App) error {
	var errs []error
	for _, p := range l.places {
		if p.saved.Name == "" {
			app.Warn("the login of profile %s was revoked. To log in again: %s", p.profile, app.Command("astra auth login "+p.profile))
			continue
		}
		errs = append(errs, removeSaved(ctx, app, p.profile, p.saved))
	}
	if l.current && len(l.places) == 0 {
		app.Warn("the token in use was revoked; log in with another one")
	}
	return errors.Join(errs...)
}
