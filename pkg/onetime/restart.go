package onetime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// splitOff makes an operation of its own of an attempt whose outcome is unclear, so
// that it stays named while the rotation begins anew, or ends.
func (iss Issuer) splitOff(ctx context.Context, attempt Record) error {
	attempt.Kind, attempt.Old, attempt.Overlap, attempt.Retire = Generating, "", 0, time.Time{}
	attempt.HoldsOld, attempt.Locations, attempt.Out, attempt.Shown = false, nil, "", false // none of them took it
	entry, err := iss.Journal.begin(ctx, attempt.Nonce, func() (Record, error) { return attempt, nil })
	if errors.Is(err, ErrUnfinished) {
		return nil // by a run that was interrupted here
	}
	if err != nil {
		return err
	}
	entry.Leave()
	return nil
}

// restart finds out what an earlier run made, and reports whether the token has to
// be made anew.
func (r *Rotation) restart(ctx context.Context, e *Entry) (bool, error) {
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
			return r.restart(ctx, e)
		}
	case Nothing:
	default: // the new attempt need not wait until that is clear
		if err := r.splitOff(ctx, e.Record); err != nil {
			return false, err
		}
		r.abandoned = e.Nonce
	}
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

// Confirm takes the secret of the new token as delivered: a destination holds it,
// or somebody says so. missing are the destinations that do not.
func (r *Rotation) Confirm(ctx context.Context, e *Entry, missing []string) error {
	e.Missing, r.partial = missing, errMissing(e.Made, missing)
	if err := adopt(ctx, e.Made, r.Destinations); err != nil {
		return err
	}
	return e.note(Stored)
}

// Clock is how people are told a time of today.
const Clock = "15:04:05 MST"

// AmbiguousError says that only a person can tell what became of an operation, or that
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
