package tokens

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// TakeRotation returns the pending rotation of a token that ref names, the old one or the
// new one. finish says that the old token is to be revoked. Its caller must call Leave.
func TakeRotation(ctx context.Context, app *cli.App, session *cli.Session, ref string, finish bool) (*RotationRun, error) {
	journal, pending, err := pendingOperations(app)
	if err != nil {
		return nil, err
	}
	clientID := clientIDOf(app, session, ref)
	found := matchRotation(pending, clientID)
	if found == nil {
		if old, at := journal.FindFinished(clientID); old != "" {
			return nil, finishedError(ref, old, at)
		}
		return nil, notInJournal(app, session, ref, finish)
	}
	entry, err := journal.Take(ctx, found.ID)
	if err == nil {
		var r *RotationRun
		if r, err = resumeEntry(ctx, app, session, entry); err == nil {
			r.ByHand = true
			return r, nil
		}
	}
	if entry != nil {
		entry.Leave()
	}
	return nil, err
}

// resumeEntry returns the rotation of an entry that was taken from the journal.
func resumeEntry(ctx context.Context, app *cli.App, session *cli.Session, entry *onetime.Entry) (*RotationRun, error) {
	org, err := session.OrgID(ctx)
	if err != nil {
		return nil, err
	}
	if entry.OrgID != org {
		return nil, exit.Refusef("the rotation of %s belongs to another organization than the login in use", entry.Old)
	}
	r, err := newRotation(ctx, app, session, entry.Record, false)
	if err != nil {
		return nil, err
	}
	r.Entry = entry
	return r, nil
}

// finishedError is the failure for a rotation that ended on this machine.
func finishedError(ref, old string, at time.Time) error {
	e := exit.NotFoundf("rotation", ref, nil)
	e.Message = "the rotation of " + old + " was already finished at " + FormatTime(at) + "; nothing was sent"
	return e.WithHint("the old token %s was revoked", old).WithNext("astra token list")
}

// notInJournal is the failure for a rotation that this machine does not know. The old
// token of one that began on another machine is revoked by its client ID. A token that is
// used here is not the old one.
func notInJournal(app *cli.App, session *cli.Session, ref string, finish bool) error {
	e := exit.NotFoundf("rotation", ref, nil)
	e.Message = "no rotation of " + ref + " in progress on this machine"
	used, err := isStored(app, ref)
	if err != nil {
		return err
	}
	if !finish || used || ref == session.ClientID || !secret.LooksLikeClientID(ref) {
		return e.WithHint("the token list shows rotations of other machines").WithNext("astra token list -o wide")
	}
	return e.WithHint("nothing was sent. If it began on another machine and nothing uses %s, revoke it", ref).
		WithNext("astra token delete " + ref)
}

// RollBack restores the old token and revokes the new one. It reports whether the
// rotation ended. A rotation whose new token cannot be proven to be its own ends too,
// with an error and without a revocation.
func (r *RotationRun) RollBack(ctx context.Context) (ended bool, err error) {
	err = r.Rollback(ctx, r.Entry)
	old := r.Entry.Old
	switch {
	case err == nil, r.Entry.Step == onetime.Done && errors.Is(err, onetime.ErrPending):
		return true, err
	case errors.Is(err, onetime.ErrRetired), errors.Is(err, onetime.ErrOldGone):
		return false, exit.Failf(exit.Conflict, "cannot roll back the rotation of %s: %v", old, err).WithNext("astra token rotate " + old + " --resume")
	}
	return false, exit.PartlyDone(err, "the rotation is not rolled back yet", "astra token rotate "+old+" --rollback")
}

// DueRotations returns the IDs of the rotations whose overlap has ended, and whether the
// journal has any rotation.
func DueRotations(app *cli.App) (due []string, rotating bool, err error) {
	_, pending, err := pendingOperations(app)
	if err != nil {
		return nil, false, err
	}
	now, err := app.ServiceNow()
	if err != nil {
		return nil, false, err
	}
	due, rotating = dueOf(pending, now)
	return due, rotating, nil
}

func dueOf(pending []onetime.PendingOperation, now time.Time) (due []string, rotating bool) {
	for _, o := range pending {
		r := o.Record
		rotating = rotating || r.Kind == onetime.Rotating
		if o.NeedsWarning(now) && o.Err == nil && r.Kind == onetime.Rotating && r.Step.Reached(onetime.Switched) && !r.RollingBack {
			due = append(due, o.ID)
		}
	}
	return due, rotating
}

// FinishDue revokes the old token of a due rotation, and reports whether it did: not if
// another process finishes the rotation, or it belongs to another organization. It may
// return true with an error about a destination of the new secret.
func FinishDue(ctx context.Context, app *cli.App, id string) (IssuedToken, bool, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return IssuedToken{}, false, err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return IssuedToken{}, false, err
	}
	journal, err := openJournal(app)
	if err != nil {
		return IssuedToken{}, false, err
	}
	e, err := journal.Take(ctx, id)
	if e != nil {
		defer e.Leave()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, onetime.ErrRunning): // another process finishes it
		return IssuedToken{}, false, nil
	case err != nil:
		return IssuedToken{}, false, err
	case e.OrgID != org:
		app.Say("Skipping the rotation of %s: it belongs to another organization.", id)
		return IssuedToken{}, false, nil
	case app.DryRunf("revoke the old token %s", id):
		return IssuedToken{}, false, nil
	}
	r, err := resumeEntry(ctx, app, session, e)
	if err != nil {
		return IssuedToken{}, false, err
	}
	result := r.Result()
	result.Due, result.Action = e.Retire, "revoked"
	err = r.Advance(ctx, false)
	return result, e.Step == onetime.Done, err
}

// FindReplaced returns the tokens that still work although a rotation replaced them, as
// the marks in the list say, and their organization. A list that cannot be read is no
// failure.
func FindReplaced(ctx context.Context, app *cli.App) (org string, replaced []Token, err error) {
	if !app.HasCredential() {
		return "", nil, nil
	}
	session, err := app.Session(ctx)
	var all []Token
	if err == nil {
		all, err = List(ctx, app, session)
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
	return org, slices.DeleteFunc(all, func(t Token) bool { return len(t.Successors) == 0 }), nil
}
