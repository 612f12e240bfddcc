package tokens

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

// DryRunExposed shows every request of a dry run.
func DryRunExposed(ctx context.Context, app *cli.App, exposed []*ExposedToken, force bool) error {
	var requests []func(context.Context) error
	for _, l := range exposed {
		if !l.ShouldRevoke(force) || len(l.revokers) == 0 {
			continue
		}
		requests = append(requests, func(ctx context.Context) error {
			if l.Replaced {
				app.Say("Would replace %s with a new token with the same rights, and then:", l.ClientID)
			}
			return l.revokers[0].Tokens.Delete(ctx, l.ClientID)
		})
	}
	return app.DryRun(ctx, requests)
}

// RevokeExposed revokes the live tokens, verifies that, and deletes their saved
// secrets.
func RevokeExposed(ctx context.Context, app *cli.App, exposed []*ExposedToken, force bool) []bulk.Result {
	rows := make([]bulk.Row, len(exposed))
	for i, l := range exposed {
		rows[i] = l.row(app, force)
	}
	needed := slices.IndexFunc(exposed, func(l *ExposedToken) bool { return l.rank(exposed) > 0 })
	if needed < 0 {
		needed = len(exposed)
	}
	var results []bulk.Result
	if needed > 0 {
		results = bulkcmd.Run(ctx, app, "Revoking", rows[:needed], nil, nil)
		proveExposed(ctx, app, rows, exposed, results)
	}
	for i := needed; i < len(exposed); i++ { // one by one: each revokes and verifies those before it
		one := []bulk.Result{rows[i].Result}
		if rows[i].Outcome == "" {
			err := context.Cause(ctx)
			one[0].Outcome = bulk.NotStarted
			if err == nil {
				one[0].Outcome, err = bulk.OK, rows[i].Do(ctx)
			}
			one[0] = recordFailure(one[0], err)
			proveExposed(ctx, app, rows[i:], exposed[i:], one)
		}
		results = append(results, one[0])
	}
	clean, cancel := cli.VerificationContext(ctx)
	defer cancel()
	for i, r := range results {
		if r.Outcome != bulk.OK || exposed[i].Replaced {
			continue
		}
		results[i] = recordFailure(r, exposed[i].cleanUp(clean, app))
	}
	return results
}

// row is the row of the token in the output, with its deletion or rotation.
func (l *ExposedToken) row(app *cli.App, force bool) bulk.Row {
	r := bulk.Row{Result: bulk.Result{Row: l.Number, Input: l.Name(), ID: l.ClientID, Action: "delete"}, Do: l.revoke}
	if l.Replaced {
		r.Action, r.Do = "rotate", func(ctx context.Context) error { return l.replace(ctx, app) }
	}
	if l.State() == StateNotLive {
		r.Action, r.Outcome = string(bulk.Unchanged), bulk.Unchanged
	} else if why := l.blockReason(force); why != nil {
		r.Outcome = bulk.Failed
		r.Exit, r.Error = exit.Explain(why)
	}
	return r
}

// revoke revokes the token with the first session that is permitted to.
func (l *ExposedToken) revoke(ctx context.Context) error {
	var refusal error
	for _, s := range l.revokers {
		err := s.Tokens.Delete(ctx, l.ClientID)
		if !errors.Is(err, devops.ErrForbidden) {
			return err
		}
		refusal = err
	}
	return l.errNoPermission(refusal)
}

// replace rotates a token that is stored on this machine.
func (l *ExposedToken) replace(ctx context.Context, app *cli.App) error {
	session := l.lister
	request, err := replacementOf(ctx, app, session, l.Token, time.Time{})
	if err != nil {
		return err
	}
	stored, err := findStoredCopies(app, session.APIURL, l.ClientID)
	if err != nil {
		return err
	}
	if stored == nil {
		return exit.Failf(exit.Conflict, "the token is no longer stored here")
	}
	record, err := Delivery{}.record(app, session, stored)
	if err != nil {
		return err
	}
	record.Kind, record.Old, record.Request = onetime.Rotating, l.ClientID, request
	r, err := newRotation(ctx, app, session, record, false)
	if err != nil {
		return err
	}
	if err := r.begin(ctx, request, 0); err != nil {
		return err
	}
	defer r.Leave()
	if err := r.Advance(ctx, true); err != nil {
		return err
	}
	app.Say("The token %s is now %s.", r.Entry.Made, r.StoredAs)
	return nil
}

// errNoPermission is the failure of a live token that no login here can revoke.
func (l *ExposedToken) errNoPermission(refusal error) error {
	e := exit.Failf(exit.Forbidden, "the token is live, but no login here can revoke it: %v", refusal)
	if len(l.revokers) == 1 && l.revokers[0] == l.self {
		return e.WithHint("log in to its organization %s and run this again", l.OrgID).WithNext("astra auth login")
	}
	return e.WithHint("this requires the permission org-token-write")
}

// proveExposed corrects the results of rows by what lists prove.
func proveExposed(ctx context.Context, app *cli.App, rows []bulk.Row, exposed []*ExposedToken, results []bulk.Result) {
	looking, cancel := cli.VerificationContext(ctx)
	defer cancel()
	cli.VerifyResults(rows, results, func(row int) error { return errStillListed(app, results[row].ID) }, func(accepted map[string]bool) map[string]error {
		return proveGone(looking, app, exposed, accepted)
	})
}

// proveGone returns an error for each token that is not proven to be deleted.
func proveGone(ctx context.Context, app *cli.App, exposed []*ExposedToken, accepted map[string]bool) map[string]error {
	byLister := map[*cli.Session]map[string]bool{}
	for _, l := range exposed {
		if ok, sent := accepted[l.ClientID]; sent && l.witness() != nil {
			if byLister[l.witness()] == nil {
				byLister[l.witness()] = map[string]bool{}
			}
			byLister[l.witness()][l.ClientID] = ok
		}
	}
	failures := map[string]error{}
	for lister, sent := range byLister {
		w, err := newWitness(app, lister, listOf(exposed, lister))
		if err != nil {
			for id := range sent {
				failures[id] = err
			}
			continue
		}
		w.Rejected = func(ctx context.Context, clientID string) (bool, error) {
			at := slices.IndexFunc(exposed, func(l *ExposedToken) bool { return l.ClientID == clientID })
			if at < 0 || exposed[at].self == nil { // it was not accepted before either
				return false, nil
			}
			_, err := exposed[at].self.Orgs.Current(ctx)
			return devops.NoSuchToken(err), nil
		}
		maps.Copy(failures, w.Gone(ctx, sent))
	}
	return failures
}

// witness returns the session that verifies the deletion: the one that lists the token,
// else that of the token itself.
func (l *ExposedToken) witness() *cli.Session { return cmp.Or(l.lister, l.self) }

// listOf returns the tokens that a session listed.
func listOf(exposed []*ExposedToken, lister *cli.Session) []devops.Token {
	for _, l := range exposed {
		if l.lister == lister && l.listed != nil {
			return l.listed
		}
	}
	return nil
}

// cleanUp deletes the saved secrets of a revoked token.
func (l *ExposedToken) cleanUp(ctx context.Context, app *cli.App) error {
	var errs []error
	for _, p := range l.stored {
		if p.saved.Name == "" {
			app.Warn("the login of profile %s was revoked. To log in again: %s", p.profile, app.Command("astra auth login "+p.profile))
			continue
		}
		errs = append(errs, deleteSaved(ctx, app, p.profile, p.saved))
	}
	if l.Current && len(l.stored) == 0 {
		app.Warn("the token in use was revoked; log in with another one")
	}
	return errors.Join(errs...)
}
