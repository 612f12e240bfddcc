package onetime

import (
	"context"
	"fmt"

	"github.com/astra-admin/astra/pkg/absence"
)

// Rollback undoes a rotation: the old token is in use again, the new one revoked.
// The error wraps ErrRetired or ErrOldGone where there is no way back.
func (r *Rotation) Rollback(ctx context.Context, e *Entry) error {
	made, err := r.undoable(ctx, e)
	if err != nil {
		return err
	}
	if !e.Undo {
		e.Undo = true
		if err := e.note(e.Step); err != nil {
			return err
		}
	}
	if made != "" {
		if r.Held != nil {
			if err := r.Held.Switch(ctx, made, e.Old); err != nil {
				return err
			}
		}
		if err := r.revokeAs(ctx, e, made, e.Old); err != nil {
			return fmt.Errorf("revoke the new token %s: %w", made, err)
		}
	}
	return r.Drop(ctx, e, made, r.Destinations)
}

// undoable makes sure that the old token can be used again, and returns the client
// id of the new one, "" if there is none.
func (r *Rotation) undoable(ctx context.Context, e *Entry) (made string, err error) {
	if e.Step.Reached(Retired) {
		return "", ErrRetired
	}
	if err := r.oldUsable(ctx, e); err != nil {
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
	return "", &UnclearError{found}
}

// oldUsable makes sure that the old token is valid, and stored if it was.
func (r *Rotation) oldUsable(ctx context.Context, e *Entry) error {
	if r.Held != nil {
		switch holds, err := r.Held.Holds(ctx, e.Old); {
		case err != nil:
			return err
		case !holds:
			return fmt.Errorf("%w: its secret is not stored", ErrOldGone)
		}
		switch gone, err := r.rejected(ctx, e.Old, []Destination{r.Held}); {
		case err != nil:
			return err
		case gone:
			return ErrOldGone
		}
	}
	sight, err := r.witness(e.Record, nil).Look(ctx, e.Made)
	switch {
	case err != nil || sight.Lists(e.Old) || r.Held != nil:
		return err
	case sight.Whole():
		return ErrOldGone
	}
	return fmt.Errorf("the old token %s: %w", e.Old, &absence.IncompleteListError{Missing: sight.Missing})
}
