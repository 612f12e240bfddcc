package tokens

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/onetime"
)

// Outcomes of operations.
const (
	outcomeRevoked = "revoked"
	outcomeKept    = "kept"
	outcomeNothing = "nothing left"
	outcomeOpen    = "open"
)

// States of operations in addition to those of pkg/onetime.
const (
	stateRunning  = "running"
	stateDamaged  = "damaged"
	stateOtherOrg = "of another organization"
)

// A Recovery is a pending operation, with the decision about it.
type Recovery struct {
	Operation  onetime.PendingOperation
	State      string
	ClientIDs  []string
	missing    []string  // destinations without the secret that others have
	until      time.Time // when its request can no longer take effect
	Candidates []Candidate
	Outcome    string
	Next       string
	Failure    error

	entry         *onetime.Entry
	rotation      *RotationRun // with the destinations, also of an issue
	Revoke        []string     // client IDs to revoke
	byHand        bool         // the user named them
	nothingIssued bool         // the user says that the rotation issued no token
	endsOperation bool
}

// examine finds out the state of the operation and decides what to do. It locks the
// operation until Leave. A failure is recorded in the row of the operation and does not
// affect the others.
func (r *Recovery) examine(ctx context.Context, app *cli.App, session *cli.Session, journal onetime.Journal, in RecoveryOptions) {
	r.Outcome, r.State = outcomeOpen, stateRunning
	if r.Operation.Running {
		return
	}
	entry, err := journal.Take(ctx, r.Operation.ID)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, onetime.ErrRunning) {
		return // another process works on it, or has ended it
	}
	if entry == nil {
		r.State, r.Failure = stateDamaged, fmt.Errorf("%s: %w", r.Operation.Path, err)
		if made := r.Operation.Record.Made; made != "" {
			r.ClientIDs = []string{made}
		}
		return
	}
	r.entry, r.Operation.Record = entry, entry.Record
	if entry.Made != "" {
		r.ClientIDs = []string{entry.Made}
	}
	kept := in.keeps(r.Operation)
	switch org, orgErr := session.OrgID(ctx); {
	case err != nil:
		r.State, r.endsOperation = stateDamaged, kept
		r.Failure = fmt.Errorf("%s: %w", r.Operation.Path, err)
	case orgErr != nil:
		r.State, r.Failure = "unknown", orgErr
		return
	case entry.OrgID != org:
		r.State, r.endsOperation = stateOtherOrg, kept
		if profile, found := profileOfOrg(app, entry.OrgID); found {
			r.Next = "astra -p " + profile + " token recover"
			return
		}
	default:
		if r.Failure = r.find(ctx, app, session, in); r.Failure != nil && r.State == stateRunning {
			r.State = "unknown"
		}
		return
	}
	r.Next = "astra token recover --keep " + r.Operation.ID
}

// find assesses the operation by the service and its destinations.
func (r *Recovery) find(ctx context.Context, app *cli.App, session *cli.Session, in RecoveryOptions) error {
	var err error
	if r.rotation, err = newRotation(ctx, app, session, r.entry.Record, false); err != nil {
		return err
	}
	found, err := r.rotation.Find(ctx, r.entry.Record, r.rotation.Destinations)
	if err != nil {
		return err
	}
	cfg, err := app.Config()
	if err != nil {
		return err
	}
	found = excludeStored(found, cfg)
	r.State, r.ClientIDs, r.missing, r.until = string(found.State), found.ClientIDs, found.Missing, found.Until
	r.decide(in, found)
	return found.Why
}

// excludeStored leaves the tokens that a profile names out of an assessment: a profile may
// hold one of them, and not its duplicate.
func excludeStored(f onetime.Assessment, cfg config.Config) onetime.Assessment {
	switch f.State {
	case onetime.Orphan, onetime.Unconfirmed, onetime.Lookalike:
	default:
		return f
	}
	others := slices.DeleteFunc(slices.Clone(f.ClientIDs), func(id string) bool { return names(cfg, id) })
	if len(others) == 0 && f.State != onetime.Lookalike {
		f.State = onetime.Kept
		return f
	}
	f.ClientIDs = others
	return f
}

// decide chooses the action for an assessment, and the next command if the user has to
// act.
func (r *Recovery) decide(in RecoveryOptions, f onetime.Assessment) {
	switch f.State {
	case onetime.Nothing:
		r.endsOperation = true
	case onetime.Kept:
		r.endsOperation, r.Next = true, "astra token recover --revoke "+f.ClientIDs[0]
	case onetime.Orphan:
		r.Revoke = f.ClientIDs
	case onetime.Unconfirmed:
		r.Next = "astra token recover --keep " + f.ClientIDs[0]
		if in.RevokeUnconfirmed { // not named by the user: the list must show the mark
			r.Revoke, r.Next = f.ClientIDs, "astra token recover --revoke "+f.ClientIDs[0]
		}
	case onetime.Lookalike:
		r.Next = "astra token recover --keep " + r.Operation.ID
		if len(f.ClientIDs) > 0 {
			r.Next = "astra token recover --revoke CLIENT-ID"
		}
	case onetime.Unclear:
		r.Next = "astra token recover --keep " + r.Operation.ID
		if list, ok := errors.AsType[*absence.IncompleteListError](f.Why); ok && len(list.Missing) == 1 {
			r.Next = "astra token recover --deleted " + list.Missing[0]
		}
	case onetime.Waiting:
		r.Next = "astra token recover"
		if len(f.ClientIDs) > 0 { // the user may know which one it is
			r.Next = "astra token recover --revoke CLIENT-ID"
		}
	case onetime.RollingBack:
		r.Next = "astra token rotate " + r.entry.Old + " --rollback"
	case onetime.InProgress:
		r.Next = "astra token rotate " + r.entry.Old + " --resume"
	case onetime.Due:
		r.Next = "astra token rotate --due"
	case onetime.Overlapping:
		r.Next = "astra token rotate " + r.entry.Old + " --finish"
	}
	r.chooseNamed(in, f)
	r.nothingIssued = f.State == onetime.Lookalike && !slices.Contains(in.Keep, r.entry.Made)
	if in.keeps(r.Operation) && f.State != onetime.Nothing && (r.continuesAs() || r.entry.Kind == onetime.Generating || slices.Contains(in.Keep, r.Operation.ID)) {
		r.Revoke, r.endsOperation, r.State, r.missing = nil, true, string(onetime.Kept), nil
	}
}

// chooseNamed chooses the tokens of the operation that --revoke names.
func (r *Recovery) chooseNamed(in RecoveryOptions, f onetime.Assessment) {
	switch f.State {
	case onetime.Kept, onetime.Unconfirmed, onetime.Lookalike, onetime.Unclear, onetime.Waiting:
	default:
		return
	}
	var named []string
	for _, id := range f.ClientIDs {
		if slices.Contains(in.Revoke, id) {
			named = append(named, id)
		}
	}
	if len(named) > 0 {
		r.Revoke, r.byHand, r.endsOperation = named, true, false
	}
}

// Finish carries the decision out.
func (r *Recovery) Finish(ctx context.Context) {
	var outcome string
	switch {
	case len(r.Revoke) > 0:
		r.rotation.ByHand = r.byHand
		left := slices.DeleteFunc(slices.Clone(r.ClientIDs), func(id string) bool { return slices.Contains(r.Revoke, id) })
		if r.byHand && r.entry.Made == "" && len(left) > 0 { // the operation may have issued one of those
			if r.Failure = r.rotation.RevokeNamed(ctx, r.entry, r.Revoke); r.Failure == nil {
				r.ClientIDs, r.Next = left, "astra token recover --keep "+r.Operation.ID
			}
			return
		}
		r.Failure, outcome = r.rotation.Revoke(ctx, r.entry, r.Revoke, r.rotation.Destinations), outcomeRevoked
		if r.Failure == nil && r.entry.Step != onetime.Done { // the token that the response named is next
			r.ClientIDs, r.Next = []string{r.entry.Made}, "astra token recover"
			return
		}
	case !r.endsOperation:
		return
	case r.rotation == nil: // damaged, or of another organization: the user ends it
		r.Failure, outcome = r.entry.End(), outcomeKept
	case r.State != string(onetime.Kept):
		r.Failure, outcome = r.rotation.Drop(ctx, r.entry, r.entry.Made, r.rotation.Destinations), outcomeNothing
	case r.continuesAs():
		r.Failure, outcome = r.rotation.Confirm(ctx, r.entry, nil), outcomeKept
		r.State, r.Next = string(onetime.InProgress), "astra token rotate "+r.entry.Old+" --resume"
		if r.Failure == nil {
			return // pending, and the rotation is next
		}
	default:
		r.Failure, outcome = r.rotation.Keep(ctx, r.entry, r.rotation.Destinations, r.missing), outcomeKept
	}
	if r.Failure == nil || errors.Is(r.Failure, onetime.ErrPartial) {
		r.Outcome, r.Next = outcome, ""
	}
}

// continuesAs reports whether the operation is a rotation whose new secret was
// delivered, so that it can be resumed.
func (r *Recovery) continuesAs() bool {
	return !r.nothingIssued && r.entry.Kind == onetime.Rotating && r.entry.Made != "" && !r.entry.Step.Reached(onetime.Stored)
}

// isUnfinished reports whether the user still has to act.
func (r *Recovery) isUnfinished() bool {
	refused := r.Operation.Record.Refused && r.State == string(onetime.Waiting) && len(r.ClientIDs) == 0
	return r.Outcome == outcomeOpen && (r.Failure != nil || r.State != stateRunning && r.State != string(onetime.Overlapping) && !refused)
}

// Leave releases the operation to other processes.
func (r *Recovery) Leave() {
	if r.entry != nil {
		r.entry.Leave()
	}
}
