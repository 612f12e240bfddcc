package onetime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// splitOff records an attempt whose outcome is unclear as an operation of its own, so
// that it stays in the journal when the rotation restarts or ends.
func (iss Issuer) splitOff(ctx context.Context, attempt Record) error {
	attempt.Kind, attempt.Old, attempt.Overlap, attempt.Retire = Generating, "", 0, time.Time{}
	attempt.HoldsOld, attempt.Locations, attempt.Out, attempt.Shown = false, nil, "", false // none of them has its secret
	entry, err := iss.Journal.begin(ctx, attempt.Nonce, func() (Record, error) { return attempt, nil })
	if errors.Is(err, ErrUnfinished) {
		return nil // by a command that was interrupted here
	}
	if err != nil {
		return err
	}
	entry.Leave()
	return nil
}

// resumeIssue finds out what an earlier command issued, and reports whether a new token has
// to be issued.
func (r *Rotation) resumeIssue(ctx context.Context, e *Entry) (bool, error) {
	found, err := r.Find(ctx, e.Record, r.Destinations)
	if err != nil {
		return false, err
	}
	switch found.State {
	case InProgress:
		return false, r.Confirm(ctx, e, found.Missing)
	case Unconfirmed:
		return false, &AmbiguousError{found}
	case Orphan:
		for _, id := range found.ClientIDs {
			if err := r.revokeOurs(ctx, e, id, nil); err != nil {
				return false, err
			}
			if err := r.drop(ctx, id, r.Destinations); err != nil {
				return false, err
			}
		}
		if e.Made != "" && !slices.Contains(found.ClientIDs, e.Made) { // those were its duplicates
			return r.resumeIssue(ctx, e)
		}
	case Nothing:
	default: // the new attempt does not depend on it
		if err := r.splitOff(ctx, e.Record); err != nil {
			return false, err
		}
		r.abandoned = e.Nonce
	}
	e.MadeIn = "" // where the earlier attempt may have generated a token
	plan, err := r.plan(ctx, e.Record, r.Destinations)
	if err != nil {
		return false, err
	}
	if plan.Nonce, err = newNonce(r.Rand); err != nil {
		return false, err
	}
	plan.Made, plan.Named, plan.MadeOn, plan.Accepted, plan.Other = "", "", time.Time{}, "", ""
	plan.Missing = nil
	plan.Refused, plan.Doubtful, plan.Seen, plan.Retiring = false, false, false, false
	e.Record, e.resumed, e.listed = plan, false, false
	return true, e.note(Planned)
}

// Confirm records that the secret of the new token was delivered: a destination has it,
// or the user says so. missing are the destinations without it.
func (r *Rotation) Confirm(ctx context.Context, e *Entry, missing []string) error {
	e.Missing, r.partial = missing, errMissing(e.Made, missing)
	if err := adopt(ctx, e.Made, r.Destinations); err != nil {
		return err
	}
	return e.note(Stored)
}

// Clock is the format of a time of today, for people.
const Clock = "15:04:05 MST"

// AmbiguousError says that only the user can tell the outcome of an operation, or that
// it is too early to tell.
type AmbiguousError struct{ Assessment }

// Error says what is unclear.
func (e *AmbiguousError) Error() string {
	switch e.State {
	case Unconfirmed:
		return fmt.Sprintf("it is unknown whether you received the secret of %s", e.ClientIDs[0])
	case Lookalike:
		return "the new token may be one of " + strings.Join(e.ClientIDs, ", ")
	case Unclear:
		return e.Why.Error()
	default:
		if e.Until.IsZero() {
			return "its request may just have taken effect; try again"
		}
		return "its request may still take effect; try again after " + e.Until.Local().Format(Clock)
	}
}

// Unwrap returns ErrPending.
func (e *AmbiguousError) Unwrap() error { return ErrPending }
