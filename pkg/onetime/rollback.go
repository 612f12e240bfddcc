package onetime

import (
	"context"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// Rollback rolls a rotation back: it restores the old token and revokes the new one.
// The error wraps ErrRetired or ErrOldGone if that is not possible.
// A new token that is not proven to be ours is not revoked: the rotation is rolled
// back, and the error wraps ErrPending.
func (r *Rotation) Rollback(ctx context.Context, e *Entry) error {
	var pending error
	made, err := r.checkReversible(ctx, e)
	if err != nil {
		return err
	}
	if !e.RollingBack {
		e.RollingBack = true
		if err := e.reach(e.Step); err != nil {
			return err
		}
	}
	if made != "" {
		if r.Storage != nil {
			if err := r.Storage.Switch(ctx, made, e.Old); err != nil {
				return err
			}
		}
		ours, err := r.provenOurs(ctx, e, made)
		switch {
		case err != nil:
			return err
		case ours:
			err = r.revokeAs(ctx, e, made, e.Old)
		default: // it may be the token of another client: the attempt stays in the journal
			attempt := e.Record
			attempt.Step, attempt.Made, attempt.Named = Planned, "", made
			err = r.splitOff(ctx, attempt)
			pending = &PendingError{ClientIDs: []string{made}, Cause: fmt.Errorf("revoke the new token %s: %w", made, ErrNotOurs)}
		}
		if err != nil {
			return fmt.Errorf("revoke the new token %s: %w", made, err)
		}
	}
	if err := r.Drop(ctx, e, made, r.Destinations); err != nil {
		return err
	}
	return pending
}

// provenOurs reports whether the rotation issued a token: it was used here, a list
// showed our mark on it, or the service accepts its stored secret. It records the
// proof, which no later command finds once the token is revoked.
func (r *Rotation) provenOurs(ctx context.Context, e *Entry, clientID string) (bool, error) {
	if r.foreign(e.Record, clientID) && clientID != r.Caller { // the login that was rotated is the new token
		return false, nil
	}
	seen := e.Seen && e.Made == clientID
	if e.Step.Reached(Verified) || seen || failpoint.Disabled("rollback-proof") {
		return true, nil
	}
	sight, err := r.witness(e.Record, nil).Look(ctx, clientID)
	switch {
	case err != nil:
		return false, err
	case slices.Contains(r.ours(e.Record, sight), clientID):
		return true, r.noteSeen(e, clientID, sight)
	}
	client, err := r.clientFor(ctx, clientID)
	if err != nil || client == nil {
		return false, nil //nolint:nilerr // its secret is stored nowhere
	}
	if _, err = client.Orgs.Current(ctx); err != nil {
		return false, nil //nolint:nilerr // that proves nothing
	}
	return true, e.reach(Verified)
}

// checkReversible checks that the old token can be used again, and returns the client
// ID of the new one, "" if there is none.
func (r *Rotation) checkReversible(ctx context.Context, e *Entry) (made string, err error) {
	if e.Step.Reached(Retired) {
		return "", ErrRetired
	}
	if err := r.checkOldUsable(ctx, e); err != nil {
		return "", err
	}
	if e.Step != Planned {
		return e.Made, nil
	}
	found, err := r.Find(ctx, e.Record, r.Destinations)
	switch {
	case err != nil:
		return "", err
	case found.State == Orphan && len(found.ClientIDs) == 1:
		return found.ClientIDs[0], nil
	case found.State == Nothing:
		return "", nil
	}
	return "", &AmbiguousError{found}
}

// checkOldUsable checks that the old token is valid, and still stored if it was.
func (r *Rotation) checkOldUsable(ctx context.Context, e *Entry) error {
	if r.Storage != nil {
		switch holds, err := r.Storage.Holds(ctx, e.Old); {
		case err != nil:
			return err
		case !holds:
			return fmt.Errorf("%w: its secret is not stored", ErrOldGone)
		}
		switch gone, err := r.isRejected(ctx, e.Old, []Destination{r.Storage}); {
		case err != nil:
			return err
		case gone:
			return ErrOldGone
		}
	}
	if r.Storage != nil { // the service did not reject it
		return nil
	}
	if e.Retiring { // a list may be late
		return fmt.Errorf("%w: its revocation was sent, and its secret is not stored here", ErrRetired)
	}
	sight, err := r.witness(e.Record, nil).Look(ctx, e.Made)
	switch {
	case err != nil || sight.Lists(e.Old):
		return err
	case sight.Complete():
		return ErrOldGone
	}
	return fmt.Errorf("the old token %s: %w", e.Old, &absence.IncompleteListError{Missing: sight.Missing})
}
