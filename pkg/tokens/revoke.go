package tokens

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/shellword"
)

// A Revoker revokes tokens, verifies that, and deletes their saved secrets.
type Revoker struct {
	app      *cli.App
	session  *cli.Session
	witness  *onetime.Witness
	ifExists bool
}

// NewRevoker returns the revoker of deletions, which were found in the list all. A
// token of a pending rotation is an error.
func NewRevoker(app *cli.App, session *cli.Session, all []Token, found []RevocationTarget, ifExists bool) (*Revoker, error) {
	for _, t := range found {
		id := cmp.Or(t.ClientID, t.Stale)
		rotates := func(r onetime.Record) bool { return id != "" && (r.Old == id || r.Made == id) }
		if err := CheckNoRotation(app, "to revoke "+id, rotates); err != nil {
			return nil, err
		}
	}
	witness, err := newDeletionWitness(app, session, all, found)
	return &Revoker{app: app, session: session, witness: witness, ifExists: ifExists}, err
}

// Revoke revokes one token and verifies that. It reports whether the token existed. In a
// dry run it only shows the request.
func (r *Revoker) Revoke(ctx context.Context, t RevocationTarget) (existed bool, err error) {
	deleted := r.session.Tokens.Delete(ctx, t.ClientID)
	if r.app.Globals.DryRun {
		return false, deleted
	}
	notFound := errors.Is(deleted, devops.ErrNotFound)
	if notFound && t.Unlisted && t.Saved != "" {
		return false, exit.Failf(exit.Conflict, "token %s (%s) does not exist in the service, but its saved secret is accepted; nothing was changed", t.Saved, t.ClientID).
			WithHint("the saved secret may belong to another token")
	}
	if err := r.prove(ctx, t, deleted); err != nil {
		return false, fmt.Errorf("revoke %s: %w", t.ClientID, err)
	}
	return !notFound || !t.Unlisted, nil
}

// SortForRevocation sorts the token in use behind the others.
func SortForRevocation(found []RevocationTarget) { slices.SortStableFunc(found, currentTokenLast) }

// currentTokenLast sorts the token in use behind the others, which cannot be revoked or
// verified without it.
func currentTokenLast(a, b RevocationTarget) int {
	switch {
	case a.Current == b.Current:
		return 0
	case a.Current:
		return 1
	}
	return -1
}

// DryRun shows every request of a dry run.
func (r *Revoker) DryRun(ctx context.Context, found []RevocationTarget) error {
	var requests []func(context.Context) error
	for _, t := range found {
		if t.ClientID != "" {
			requests = append(requests, func(ctx context.Context) error { return r.session.Tokens.Delete(ctx, t.ClientID) })
		}
	}
	return r.app.DryRun(ctx, requests)
}

// RevokeAll revokes tokens, which SortForRevocation has sorted, verifies that, and deletes
// their saved secrets.
func (r *Revoker) RevokeAll(ctx context.Context, found []RevocationTarget) []bulk.Result {
	rows := make([]bulk.Row, len(found))
	for i, t := range found {
		row := bulk.Result{Row: i + 1, Input: t.Input, ID: t.ClientID, Action: "delete"}
		switch {
		case t.Duplicate != "":
			row.ID = t.Duplicate
			row = row.DuplicateOf(1 + slices.IndexFunc(found, func(f RevocationTarget) bool { return f.ClientID == t.Duplicate || f.Stale == t.Duplicate }))
		case t.ClientID == "":
			row.ID, row.Action, row.Outcome = t.Stale, string(bulk.Unchanged), bulk.Unchanged
		}
		rows[i] = bulk.Row{Result: row, Do: func(ctx context.Context) error { return r.session.Tokens.Delete(ctx, t.ClientID) }}
	}
	own := 0
	if len(found) > 0 && found[len(found)-1].Current {
		own = 1
	}
	results := bulkcmd.RunOwnLast(ctx, r.app, "Revoking", rows, own, func(rows []bulk.Row, results []bulk.Result) {
		r.verifyRows(ctx, rows, results)
	})
	clean, cancel := cli.VerificationContext(ctx)
	defer cancel()
	for i, result := range results {
		results[i] = r.cleanUp(ctx, clean, found[i], result)
	}
	return results
}

// cleanUp deletes the saved secret of a revoked token, and revokes one that is neither
// listed nor accepted. A secret that remains is a failure of the row, whose error says
// that the token was revoked.
func (r *Revoker) cleanUp(ctx, clean context.Context, t RevocationTarget, result bulk.Result) bulk.Result {
	switch {
	case t.Stale != "" && ctx.Err() != nil:
		result.Outcome = bulk.NotStarted
	case t.Stale != "":
		return recordFailure(result, r.DeleteStale(clean, t))
	case result.Outcome == bulk.OK:
		return recordFailure(result, r.DeleteSecret(clean, t))
	}
	return result
}

// DeleteStale deletes the saved secret of a token that is neither listed nor accepted. Its
// DELETE is sent too: a new token may be neither yet.
func (r *Revoker) DeleteStale(ctx context.Context, t RevocationTarget) error {
	err := r.session.Tokens.Delete(ctx, t.Stale)
	if err != nil && !errors.Is(err, devops.ErrNotFound) {
		return err
	}
	looking, cancel := cli.VerificationContext(ctx)
	defer cancel()
	if gone := r.witness.Gone(looking, map[string]bool{t.Stale: err == nil})[t.Stale]; gone != nil {
		return cli.UnverifiedError(gone)
	}
	return r.DeleteSecret(ctx, t)
}

// DeleteSecret deletes the saved secret of a revoked token, if there is one. It looks
// and deletes in a moment of its own if the limit of the command was reached.
func (r *Revoker) DeleteSecret(ctx context.Context, t RevocationTarget) error {
	if t.Saved == "" {
		return nil
	}
	profile, err := sessionProfile(r.app, r.session)
	if err != nil {
		return err
	}
	saved, _ := profile.Token(t.Saved)
	ctx, cancel := cli.VerificationContext(ctx)
	defer cancel()
	return deleteSaved(ctx, r.app, profile.Name, saved)
}

// recordFailure records a failure in a row, if there is one.
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

// verifyRows corrects the results of rows by what a list proves.
func (r *Revoker) verifyRows(ctx context.Context, rows []bulk.Row, results []bulk.Result) {
	looking, cancel := cli.VerificationContext(ctx)
	defer cancel()
	cli.VerifyResults(rows, results, func(row int) error { return errStillListed(r.app, results[row].ID) }, func(accepted map[string]bool) map[string]error {
		return r.witness.Gone(looking, accepted)
	})
}

// errStillListed is the failure of a revocation that the service accepted. A list may be late.
func errStillListed(app *cli.App, clientID string) error {
	return cli.StillListedError("token "+clientID).WithHint("the list may be late; run this again after %s to verify", app.ListsLate())
}

// errGoneBefore is the failure of a revocation of a token that the service does not
// know and still lists.
func errGoneBefore(app *cli.App, clientID string, refusal error) error {
	return exit.Failf(exit.NotFound, "the service reported that %s does not exist but still lists it", clientID).WithAnswer(refusal).
		WithHint("it was probably revoked before and the list is late; run this again after %s to verify", app.ListsLate())
}

// errNeverListed says why the absence of a token from lists proves nothing.
var errNeverListed = errors.New("the service accepted the deletion of a token that was never listed")

// prove verifies that a token is gone. deleted is the result of its DELETE.
func (r *Revoker) prove(ctx context.Context, t RevocationTarget, deleted error) error {
	looking, cancel := cli.VerificationContext(ctx)
	defer cancel()
	gone := r.witness.Gone(looking, map[string]bool{t.ClientID: deleted == nil})[t.ClientID]
	switch {
	case gone == nil && t.Unlisted && errors.Is(deleted, devops.ErrNotFound) && !r.ifExists:
		return exit.NotFoundf("token", t.Input, t.Known).WithNext("astra token list")
	case gone == nil && t.Unlisted && deleted == nil: // its absence from lists proves nothing
		if rejected, err := r.witness.Rejected(looking, t.ClientID); err != nil || !rejected {
			return cli.UnverifiedError(errors.Join(err, errNeverListed))
		}
		return nil
	case gone == nil:
		return nil
	case errors.Is(gone, absence.ErrStillListed) && deleted == nil:
		return errStillListed(r.app, t.ClientID)
	case errors.Is(gone, absence.ErrStillListed) && errors.Is(deleted, devops.ErrNotFound):
		return errGoneBefore(r.app, t.ClientID, deleted)
	case deleted != nil && (errors.Is(gone, absence.ErrStillListed) || t.Unlisted):
		return deleted
	}
	return cli.UnverifiedError(errors.Join(deleted, gone))
}

// newDeletionWitness returns the witness that decides whether tokens are deleted, after their
// DELETE. all is the list before it. The rejection of a young token is no proof unless
// it was accepted before: the service may not know it everywhere yet.
func newDeletionWitness(app *cli.App, session *cli.Session, all []Token, found []RevocationTarget) (*onetime.Witness, error) {
	w, err := newWitness(app, session, tokensOf(all))
	if err != nil {
		return nil, err
	}
	rejected := w.Rejected
	w.Rejected = func(ctx context.Context, clientID string) (bool, error) {
		isOld := slices.ContainsFunc(all, func(t Token) bool {
			return t.ClientID == clientID && !t.GeneratedOn.IsZero() && t.Now.Sub(t.GeneratedOn) >= acceptanceDelay
		})
		accepted := slices.ContainsFunc(found, func(t RevocationTarget) bool { return t.Unlisted && t.Saved != "" && t.ClientID == clientID })
		if clientID != session.ClientID && !isOld && !accepted {
			return false, nil
		}
		return rejected(ctx, clientID)
	}
	return w, nil
}

// acceptanceDelay is the age up to which a service may not know a token everywhere.
const acceptanceDelay = 10 * time.Minute

// deleteSaved deletes the saved secret of a revoked token from a profile and from its
// bindings. Its failure is that of the second of two steps (status 9), and names the
// command that repeats it.
func deleteSaved(ctx context.Context, app *cli.App, profile string, saved config.SavedToken) error {
	err := deleteRejected(ctx, app, profile, saved)
	if err == nil {
		return nil
	}
	command := app.Command("astra token delete " + shellword.Quote(saved.Name))
	if p, failed := app.Profile(); !app.UsesSandbox() && (failed != nil || p.Name != profile) {
		command = "astra -p " + shellword.Quote(profile) + " token delete " + shellword.Quote(saved.Name)
	}
	err = fmt.Errorf("%s was revoked, but its saved secret %s was not deleted: %w", saved.ClientID, saved.Name, err)
	failure := exit.Classify(exit.Partial(err, "to delete the saved secret: "+command))
	failure.Next = nil // advice on the login does not apply
	return failure
}

// deleteRejected deletes a saved secret that the service rejects.
func deleteRejected(ctx context.Context, app *cli.App, profile string, saved config.SavedToken) error {
	store, err := app.Store(saved.Store)
	if err != nil {
		return err
	}
	if err := awaitRejection(ctx, app, profile, saved); err != nil {
		return err
	}
	err = store.Delete(ctx, credential.SavedKey(profile, saved.Name, saved.ClientID))
	if err != nil && !errors.Is(err, credential.ErrNotFound) {
		return err
	}
	p, err := app.NamedProfile(profile)
	if app.UsesSandbox() {
		p, err = app.Profile()
	}
	if err == nil {
		err = app.DropRESTSessions(ctx, p, saved.ClientID)
	}
	if err != nil {
		return err
	}
	return app.UpdateProfile(ctx, profile, func(p *config.Profile) error {
		for _, database := range p.DatabasesWith(saved.Name) {
			app.Say("The token was selected for %s. To select another one: %s", database,
				app.Command("astra env use "+shellword.Quote(lookup.Reference(database))+" --role ROLE"))
		}
		p.RemoveToken(saved.Name)
		return nil
	})
}
