package onetime

import (
	"context"
	"fmt"
	"time"
)

// makeAgain settles what an earlier run left of the making, and reports whether it
// has to be made anew.
func (r *Rotation) makeAgain(ctx context.Context, e *Entry) (bool, error) {
	found, err := r.Find(ctx, e.Record, r.Destinations)
	if err != nil {
		return false, err
	}
	switch found.State {
	case Halfway:
		return false, r.Confirm(ctx, e, found.Missing)
	case Orphan:
		if err := r.revoke(ctx, found.ClientIDs[0], e.abroad()); err != nil {
			return false, err
		}
		for _, d := range r.Destinations {
			if err := d.Drop(ctx, found.ClientIDs[0]); err != nil {
				return false, err
			}
		}
	case Nothing:
	default:
		return false, &UnclearError{found}
	}
	plan, err := r.plan(ctx, e.Record, r.Destinations)
	if err != nil {
		return false, err
	}
	if plan.Nonce, err = newNonce(r.Rand); err != nil {
		return false, err
	}
	plan.Made, plan.MadeOn = "", time.Time{}
	e.Record, e.found = plan, false
	return true, e.note(Planned)
}

// Confirm takes the secret of the new token as delivered: a destination holds it,
// or somebody says so. missing are the destinations that do not.
func (r *Rotation) Confirm(ctx context.Context, e *Entry, missing []string) error {
	r.short = short(e.Made, missing)
	if err := adopt(ctx, e.Made, r.Destinations); err != nil {
		return err
	}
	return e.note(Stored)
}

// UnclearError says that only a person can tell what became of an operation, or
// nobody yet.
type UnclearError struct{ Finding }

// Error says what is unclear.
func (e *UnclearError) Error() string {
	switch e.State {
	case Unconfirmed:
		return fmt.Sprintf("whether the secret of %s arrived, only you can tell", e.ClientIDs[0])
	case Alike:
		return fmt.Sprintf("the service does not show which of %v it made", e.ClientIDs)
	default:
		return "its request may be on its way yet; try again in half a minute"
	}
}

// Unwrap returns ErrPending.
func (e *UnclearError) Unwrap() error { return ErrPending }
