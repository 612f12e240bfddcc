package token

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

// resumeRotation takes up a rotation that is open.
func (in rotate) resumeRotation(ctx context.Context, app *cli.App, session *cli.Session) error {
	journal, open, err := app.Operations()
	if err != nil {
		return err
	}
	o, found := in.matchRotation(app, session, open)
	if !found {
		if err := in.finished(app, session, journal); err != nil {
			return err
		}
		return in.notHere(app, session)
	}
	entry, err := journal.Take(ctx, o.ID)
	if entry != nil {
		defer entry.Leave()
	}
	if err != nil {
		return err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return err
	}
	if entry.OrgID != org {
		return exit.Refusef("the rotation of %s belongs to another organization than the login in use", entry.Old)
	}
	r, err := rebuild(ctx, app, session, entry.Record)
	if err != nil {
		return err
	}
	r.ByHand = true
	if in.rollback {
		return r.rollBack(ctx, app, entry)
	}
	finish := in.finish || entry.Step == onetime.Retired
	question := "Resume the rotation of " + entry.Old + "?"
	if finish {
		question = "Revoke the old token " + entry.Old + " now?"
	}
	if err := app.Confirm(ctx, "%s", question); err != nil {
		return err
	}
	if app.DryRunf("resume the rotation of %s (%s)", entry.Old, string(entry.Step)) {
		return nil
	}
	return r.advance(ctx, app, entry, finish)
}

// finished is the failure for a rotation that came to its end on this machine, nil for
// another one.
func (in rotate) finished(app *cli.App, session *cli.Session, journal onetime.Journal) error {
	old, at := journal.Finished(in.clientID(app, session))
	if old == "" {
		return nil
	}
	e := exit.NotFoundf("rotation", in.ref, nil)
	e.Message = "the rotation of " + old + " was already finished at " + formatExpiry(at) + "; nothing was sent"
	return e.WithHint("the old token %s was revoked", old).WithNext("astra token list")
}

// noteFinished notes the end of a rotation. Without the note only a message is shorter.
func noteFinished(app *cli.App, e *onetime.Entry) {
	journal, err := app.Journal()
	if err == nil {
		err = journal.NoteFinished(e.Old, e.Made, app.Now())
	}
	if err != nil {
		app.Verbosef("cannot record the end of the rotation: %v", err)
	}
}

// notHere is the failure for a rotation that this machine does not know. The old token
// of one that began elsewhere is revoked by its client id. A token that is used here is
// not the old one.
func (in rotate) notHere(app *cli.App, session *cli.Session) error {
	e := exit.NotFoundf("rotation", in.ref, nil)
	e.Message = "no rotation of " + in.ref + " in progress on this machine"
	used, err := app.Names(in.ref)
	if err != nil {
		return err
	}
	if !in.finish || used || in.ref == session.ClientID || !cli.LooksLikeClientID(in.ref) {
		return e.WithHint("the token list shows rotations of other machines").WithNext("astra token list -o wide")
	}
	return e.WithHint("nothing was sent. If it began on another machine and nothing uses %s, revoke it", in.ref).
		WithNext("astra token delete " + in.ref)
}

// rollBack ends the rotation by restoring the old token.
func (r *rotation) rollBack(ctx context.Context, app *cli.App, e *onetime.Entry) error {
	if err := app.Confirm(ctx, "Roll back the rotation of %s and revoke the new token?", e.Old); err != nil {
		return err
	}
	if app.DryRunf("roll back the rotation of %s (%s)", e.Old, string(e.Step)) {
		return nil
	}
	made := e.Made
	err := r.Rollback(ctx, e)
	switch {
	case e.Step == onetime.Done && errors.Is(err, onetime.ErrPending):
		app.Say("Rolled back the rotation of %s.", e.Old)
		return err
	case errors.Is(err, onetime.ErrRetired), errors.Is(err, onetime.ErrOldGone):
		return exit.Failf(exit.Conflict, "cannot roll back the rotation of %s: %v", e.Old, err).WithNext("astra token rotate " + e.Old + " --resume")
	case err != nil:
		return exit.Resumable(err, "the rotation is not rolled back yet", "astra token rotate "+e.Old+" --rollback")
	}
	app.Say("Rolled back the rotation of %s.", e.Old)
	if made != "" {
		app.Say("Revoked the new token %s.", made)
	}
	return nil
}

// finishDue revokes the old tokens of all rotations whose overlap has ended.
func finishDue(ctx context.Context, app *cli.App) error {
	if err := cli.CheckList(app, dueColumns()); err != nil {
		return err
	}
	journal, open, err := app.Operations()
	if err != nil {
		return err
	}
	now, err := app.ServiceNow()
	if err != nil {
		return err
	}
	var due []string
	rotating := false
	for _, o := range open {
		r := o.Record
		rotating = rotating || r.Kind == onetime.Rotating
		if o.Unfinished(now) && o.Err == nil && r.Kind == onetime.Rotating && r.Step.Reached(onetime.Switched) && !r.Undo {
			due = append(due, o.ID)
		}
	}
	if !rotating {
		if org, replaced, err := elsewhere(ctx, app); err != nil {
			return err
		} else if len(replaced) > 0 {
			return notRevoked(app, org, replaced)
		}
	}
	var done []issuedView
	var failure error
	if len(due) > 0 {
		if err := app.Confirm(ctx, "Revoke %s (overlap ended)?", strings.Join(due, ", ")); err != nil {
			return err
		}
	}
	for _, old := range due {
		retired, here, err := finish(ctx, app, journal, old)
		if err != nil {
			failure = errors.Join(failure, err)
		} else if here {
			done = append(done, retired)
		}
	}
	if failure != nil && len(done) > 0 {
		failure = exit.Partial(failure, "the others were revoked")
	}
	return errors.Join(failure, cli.Print(app, dueColumns(), done, "No rotations of this machine are due."))
}

// elsewhere returns the tokens that rotations replaced and that still work, as the marks
// of the new ones in the list say: this machine has no journal of any. It sends no
// revocation, and a list that cannot be had is no failure.
func elsewhere(ctx context.Context, app *cli.App) (org string, replaced []tokenRow, err error) {
	if !app.HasCredential() {
		return "", nil, nil // nothing is due here, with or without a login
	}
	session, err := app.Session(ctx)
	var all []tokenRow
	if err == nil {
		all, err = rows(ctx, app, session)
	}
	if err == nil {
		org, err = session.OrgID(ctx)
	}
	if ctx.Err() != nil {
		return "", nil, context.Cause(ctx)
	}
	if err != nil {
		app.Warn("cannot list rotations of other machines: %v", err)
		return "", nil, nil
	}
	return org, slices.DeleteFunc(all, func(r tokenRow) bool { return len(r.successors) == 0 }), nil
}

// notRevoked reports the rotations of other machines. Their overlaps are not in the
// list, so none of their old tokens is revoked, and the answer is negative.
func notRevoked(app *cli.App, org string, replaced []tokenRow) error {
	app.Say("No rotations in the journal of this machine. The token list shows these of other machines; nothing was revoked.")
	if err := tellReplaced(app, replaced); err != nil {
		return err
	}
	var found []issuedView
	for _, old := range replaced {
		for _, s := range old.successors {
			made := devops.Credential{ClientID: s.ClientID, OrgID: org, Description: s.description, GeneratedOn: s.GeneratedOn, ExpiresAt: s.ExpiresAt}
			found = append(found, issuedView{Credential: made, roles: s.roles, saved: s.saved, previous: old.ClientID, action: "not revoked: no journal here"})
		}
	}
	if err := cli.Print(app, dueColumns(), found, ""); err != nil {
		return err
	}
	return exit.ErrNegative
}

// finish ends one rotation, unless it is another organization's.
func finish(ctx context.Context, app *cli.App, journal onetime.Journal, old string) (issuedView, bool, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return issuedView{}, false, err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return issuedView{}, false, err
	}
	e, err := journal.Take(ctx, old)
	if e != nil {
		defer e.Leave()
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, onetime.ErrRunning) {
		return issuedView{}, false, nil // another process does it
	}
	if err != nil {
		return issuedView{}, false, err
	}
	if e.OrgID != org {
		app.Say("Skipping the rotation of %s: it belongs to another organization.", old)
		return issuedView{}, false, nil
	}
	if app.DryRunf("revoke the old token %s", old) {
		return issuedView{}, false, nil
	}
	r, err := rebuild(ctx, app, session, e.Record)
	if err != nil {
		return issuedView{}, false, err
	}
	made := r.show(credentialOf(e.Record), old)
	made.due, made.action = e.Retire, "revoked"
	if err := r.Advance(ctx, e, false); err != nil {
		return made, false, r.explainFailure(e, err)
	}
	noteFinished(app, e)
	app.Say("Revoked the old token %s.", old)
	return made, true, nil
}
