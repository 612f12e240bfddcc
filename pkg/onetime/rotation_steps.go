package onetime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
)

// TokenStorage is the destination at which the old token is stored: as the login of
// profiles, under saved names, or both. It stores the new secret beside the old one,
// and one change decides which of the two is in use.
type TokenStorage interface {
	Destination
	Loader
	// Check fails unless every location currently has this client ID.
	Check(ctx context.Context, clientID string) error
	// Switch changes the client ID of every location at once. It fails if a location
	// has neither of the two.
	Switch(ctx context.Context, from, to string) error
}

var (
	// ErrRotating says that a rotation of the token is pending.
	ErrRotating = errors.New("a rotation of this token is in progress")
	// ErrRetired says that the old token is revoked, so that it cannot be restored.
	ErrRetired = errors.New("the old token is already revoked")
	// ErrOldGone says that the old token is no longer valid, or not stored.
	ErrOldGone = errors.New("the old token no longer exists")
	// ErrNewGone says that the service rejects the new token, so that the old one must
	// not be revoked.
	ErrNewGone = errors.New("the new token is not accepted")
	// ErrRollingBack says that the rotation is being rolled back, and cannot be
	// resumed.
	ErrRollingBack = errors.New("the rotation is being rolled back")
)

// A Rotation replaces a token with a new one with the same rights: it issues, stores
// and verifies the new one before it is used, and revokes the old one after an overlap
// in which both work. Each step is in the journal, so that the rotation can be resumed
// or rolled back after an interruption.
type Rotation struct {
	Issuer
	Destinations []Destination // of the new secret
	Storage      TokenStorage  // the destination with the old token too; nil if it is not stored

	abandoned string            // mark of an earlier attempt whose outcome is unclear
	made      devops.Credential // by this process
	taken     []string
	partial   error // the failure of some destinations
}

// Begin records a new rotation of the token old. Under the lock it checks that the
// token and its locations are still the same. The error wraps ErrRotating or
// ErrOldGone, or is that of Check.
func (r *Rotation) Begin(ctx context.Context, old string, request Request, overlap time.Duration) (*Entry, error) {
	e, err := r.Journal.begin(ctx, old, func() (Record, error) {
		plan, err := r.plan(ctx, Record{Kind: Rotating, Request: request, Old: old, Overlap: overlap}, r.Destinations)
		switch {
		case err != nil:
			return plan, err
		case !slices.Contains(plan.Before, old):
			return plan, ErrOldGone
		case r.Storage != nil:
			err = r.Storage.Check(ctx, old)
		}
		if err == nil {
			plan.Mark, err = newMark(r.Rand)
		}
		return plan, err
	})
	if errors.Is(err, ErrOperationExists) {
		err = fmt.Errorf("%w: %w", ErrRotating, err)
	}
	return e, err
}

// Made returns the new credential with its secrets, if this process issued it, and the
// names of the destinations that hold it.
func (r *Rotation) Made() (devops.Credential, []string) { return r.made, r.taken }

// AbandonedMark returns the mark of an earlier attempt that stays in the journal because
// its outcome is unclear; "" if there is none.
func (r *Rotation) AbandonedMark() string { return r.abandoned }

// Advance takes a rotation as far as it goes now: to its end, or into the overlap,
// which finish ends. After an error the rotation is pending and can be resumed, unless
// the error wraps ErrNothingKept, or nothing was sent: then it has ended, and the old
// token is in use as before.
func (r *Rotation) Advance(ctx context.Context, e *Entry, finish bool) error {
	if e.RollingBack {
		return ErrRollingBack
	}
	if e.resumed {
		r.partial = errMissing(e.Made, e.Missing)
	}
	for ctx.Err() == nil {
		var err error
		switch e.Step {
		case Planned, Created, Delivering:
			err = r.issue(ctx, e)
		case Stored:
			err = r.verify(ctx, e)
		case Verified:
			err = r.switchOver(ctx, e)
		case Switched:
			if !finish && r.ServiceTime().Before(e.Retire) {
				return r.partial
			}
			err = r.retire(ctx, e)
		case Retired:
			if r.Storage != nil {
				err = r.drop(ctx, e.Old, []Destination{r.Storage})
			}
			if err == nil {
				return errors.Join(r.partial, e.End())
			}
		case Done:
			return r.partial
		}
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// issue brings a rotation to the step Stored. A rotation that an earlier command left
// without a stored secret restarts, and its token is revoked.
func (r *Rotation) issue(ctx context.Context, e *Entry) error {
	if e.resumed {
		if again, err := r.resumeIssue(ctx, e); err != nil || !again {
			return err
		}
	}
	if err := prepare(ctx, r.Destinations); err != nil {
		return r.endUnlessPending(e, err)
	}
	defer discard(r.Destinations)
	made, err := r.create(ctx, e)
	if err != nil {
		return r.endUnlessPending(e, err)
	}
	taken, err := r.deliver(ctx, e, made, r.Destinations)
	if len(taken) == 0 {
		return r.endUnlessPending(e, err)
	}
	r.made, r.taken, r.partial = made, taken, err
	for _, d := range r.Destinations {
		if !slices.Contains(taken, d.String()) {
			e.Missing = append(e.Missing, d.String())
		}
	}
	return e.reach(Stored)
}

func (r *Rotation) switchOver(ctx context.Context, e *Entry) error {
	if r.Storage != nil {
		if err := r.Storage.Switch(ctx, e.Old, e.Made); err != nil {
			return err
		}
	}
	e.Retire = r.ServiceTime().UTC().Add(e.Overlap)
	return e.reach(Switched)
}

// Confirm records that the secret of the new token was delivered: a destination has it,
// or the user says so. missing are the destinations without it.
func (r *Rotation) Confirm(ctx context.Context, e *Entry, missing []string) error {
	e.Missing, r.partial = missing, errMissing(e.Made, missing)
	if err := adopt(ctx, e.Made, r.Destinations); err != nil {
		return err
	}
	return e.reach(Stored)
}
