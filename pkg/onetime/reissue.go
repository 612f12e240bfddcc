package onetime

import (
	"context"
	"errors"
	"slices"
	"time"
)

// splitOff records an attempt whose outcome is unclear as an operation of its own, so
// that it stays in the journal when the rotation restarts or ends.
func (iss Issuer) splitOff(ctx context.Context, attempt Record) error {
	attempt.Kind, attempt.Old, attempt.Overlap, attempt.Retire = Generating, "", 0, time.Time{}
	attempt.HoldsOld, attempt.Locations, attempt.Out, attempt.Shown = false, nil, "", false // none of them has its secret
	entry, err := iss.Journal.begin(ctx, attempt.Mark, func() (Record, error) { return attempt, nil })
	if errors.Is(err, ErrOperationExists) {
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
		r.abandoned = e.Mark
	}
	e.MadeIn = "" // where the earlier attempt may have generated a token
	plan, err := r.plan(ctx, e.Record, r.Destinations)
	if err != nil {
		return false, err
	}
	if plan.Mark, err = newMark(r.Rand); err != nil {
		return false, err
	}
	plan.Made, plan.Named, plan.MadeOn, plan.Accepted, plan.Other = "", "", time.Time{}, "", ""
	plan.Missing = nil
	plan.Refused, plan.Doubtful, plan.Seen, plan.Retiring = false, false, false, false
	e.Record, e.resumed, e.listed = plan, false, false
	return true, e.reach(Planned)
}
