package token

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/tokens"
)

// What was done about an operation.
const (
	wasRevoked = "revoked"
	wasKept    = "kept"
	isGone     = "nothing left"
	isOpen     = "open"
)

// Further states of an operation, besides those of onetime.
const (
	isRunning = "running"
	isDamaged = "damaged"
	isOthers  = "of another organization"
)

// A pendingOp is an operation that did not come to its end.
type pendingOp struct {
	open      onetime.PendingOperation
	state     string
	clientIDs []string
	missing   []string  // destinations that have not what others keep
	until     time.Time // when its request is over
	tokens    []candidate
	outcome   string
	next      string
	failure   error

	entry    *onetime.Entry
	rotation *rotation
	revoke   []string // client ids that are to be revoked
	byHand   bool     // because the user says so
	none     bool     // the user says that the rotation made no token
	ends     bool
}

func remnantColumns(app *cli.App) []output.Column[pendingOp] {
	return []output.Column[pendingOp]{
		{Key: "operation", Value: func(r pendingOp) any { return r.open.ID }, Name: true},
		{Key: "mark", Value: func(r pendingOp) any { return output.OrNull(r.open.Record.Nonce) }, Wide: true},
		{Key: "kind", Value: func(r pendingOp) any { return output.OrNull(string(r.open.Record.Kind)) }, Spare: 1},
		{Key: "clientIds", Value: func(r pendingOp) any { return append([]string{}, r.clientIDs...) }, Data: true},
		{Key: "began", Value: func(r pendingOp) any { return r.open.Record.Began.Truncate(time.Second) }, Spare: 1},
		{Key: "state", Value: func(r pendingOp) any { return r.state }, State: true},
		{Key: "outcome", Value: func(r pendingOp) any { return r.outcome }, Spare: 1, State: true},
		{Key: "next", Value: func(r pendingOp) any { return output.OrNull(app.Command(r.next)) }, Wrap: true},
		{Key: "error", Value: func(r pendingOp) any {
			if r.failure == nil {
				return output.OrNull("")
			}
			return r.failure.Error()
		}, Spare: 1}, // standard error has it too
		{Key: "candidates", Value: func(r pendingOp) any { return append([]candidate{}, r.tokens...) }, Text: candidatesText, Wrap: true},
	}
}

// examine finds out about the operation and decides what is to be done. It takes
// the operation in hand, for leave to let go of. What goes wrong with this one is
// said in its row, and is no hindrance to the others.
func (r *pendingOp) examine(ctx context.Context, app *cli.App, session *cli.Session, journal onetime.Journal, in recoverCmd) {
	r.outcome, r.state = isOpen, isRunning
	if r.open.Running {
		return
	}
	entry, err := journal.Take(ctx, r.open.ID)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, onetime.ErrRunning) {
		return // another process is at it, or has ended it
	}
	if entry == nil {
		r.state, r.failure = isDamaged, fmt.Errorf("%s: %w", r.open.Path, err)
		if made := r.open.Record.Made; made != "" {
			r.clientIDs = []string{made}
		}
		return
	}
	r.entry, r.open.Record = entry, entry.Record
	if entry.Made != "" {
		r.clientIDs = []string{entry.Made}
	}
	kept := in.keeps(r.open)
	switch org, orgErr := session.OrgID(ctx); {
	case err != nil:
		r.state, r.ends = isDamaged, kept
		r.failure = fmt.Errorf("%s: %w", r.open.Path, err)
	case orgErr != nil:
		r.state, r.failure = "unknown", orgErr
		return
	case entry.OrgID != org:
		r.state, r.ends = isOthers, kept
		if profile, found := tokens.ProfileOfOrg(app, entry.OrgID); found {
			r.next = "astra -p " + profile + " token recover"
			return
		}
	default:
		if r.failure = r.find(ctx, app, session, in); r.failure != nil && r.state == isRunning {
			r.state = "unknown"
		}
		return
	}
	r.next = "astra token recover --keep " + r.open.ID
}

// find asks the service and the destinations.
func (r *pendingOp) find(ctx context.Context, app *cli.App, session *cli.Session, in recoverCmd) error {
	var err error
	if r.rotation, err = rebuild(ctx, app, session, r.entry.Record); err != nil {
		return err
	}
	found, err := r.rotation.Find(ctx, r.entry.Record, r.rotation.Destinations)
	if err != nil {
		return err
	}
	switch found.State {
	case onetime.Orphan, onetime.Unconfirmed: // a profile may hold one of them, and not its duplicate
		unnamed, err := unnamedOf(app, found.ClientIDs)
		if err != nil {
			return err
		}
		if len(unnamed) == 0 {
			found.State = onetime.Kept
		} else {
			found.ClientIDs = unnamed
		}
	case onetime.Lookalike: // what is kept here is not it
		if found.ClientIDs, err = unnamedOf(app, found.ClientIDs); err != nil {
			return err
		}
	default:
	}
	r.state, r.clientIDs, r.missing, r.until = string(found.State), found.ClientIDs, found.Missing, found.Until
	r.decide(in, found)
	return found.Why
}

// unnamedOf returns the client IDs that no profile on this machine names.
func unnamedOf(app *cli.App, ids []string) ([]string, error) {
	var unnamed []string
	for _, id := range ids {
		named, err := tokens.IsStored(app, id)
		if err != nil {
			return nil, err
		}
		if !named {
			unnamed = append(unnamed, id)
		}
	}
	return unnamed, nil
}

// decide chooses what is done about the operation, or says what would be.
func (r *pendingOp) decide(in recoverCmd, f onetime.Assessment) {
	switch f.State {
	case onetime.Nothing:
		r.ends = true
	case onetime.Kept:
		r.ends, r.next = true, "astra token recover --revoke "+f.ClientIDs[0]
	case onetime.Orphan:
		r.revoke = f.ClientIDs
	case onetime.Unconfirmed:
		r.next = "astra token recover --keep " + f.ClientIDs[0]
		if in.revokeUnconfirmed { // not by name: the list must show our mark on it
			r.revoke, r.next = f.ClientIDs, "astra token recover --revoke "+f.ClientIDs[0]
		}
	case onetime.Lookalike:
		r.next = "astra token recover --keep " + r.open.ID
		if len(f.ClientIDs) > 0 {
			r.next = "astra token recover --revoke CLIENT-ID"
		}
	case onetime.Unclear:
		r.next = "astra token recover --keep " + r.open.ID
		if list, ok := errors.AsType[*absence.IncompleteListError](f.Why); ok && len(list.Missing) == 1 {
			r.next = "astra token recover --deleted " + list.Missing[0]
		}
	case onetime.Waiting:
		r.next = "astra token recover"
		if len(f.ClientIDs) > 0 { // a person may know which one it is
			r.next = "astra token recover --revoke CLIENT-ID"
		}
	case onetime.RollingBack:
		r.next = "astra token rotate " + r.entry.Old + " --rollback"
	case onetime.InProgress:
		r.next = "astra token rotate " + r.entry.Old + " --resume"
	case onetime.Due:
		r.next = "astra token rotate --due"
	case onetime.Overlapping:
		r.next = "astra token rotate " + r.entry.Old + " --finish"
	}
	r.chosen(in, f)
	r.none = f.State == onetime.Lookalike && !slices.Contains(in.keep, r.entry.Made)
	if in.keeps(r.open) && f.State != onetime.Nothing && (r.continuesAs() || r.entry.Kind == onetime.Generating || slices.Contains(in.keep, r.open.ID)) {
		r.revoke, r.ends, r.state, r.missing = nil, true, string(onetime.Kept), nil
	}
}

// chosen notes the tokens of the operation that --revoke names.
func (r *pendingOp) chosen(in recoverCmd, f onetime.Assessment) {
	switch f.State {
	case onetime.Kept, onetime.Unconfirmed, onetime.Lookalike, onetime.Unclear, onetime.Waiting:
	default:
		return
	}
	var named []string
	for _, id := range f.ClientIDs {
		if slices.Contains(in.revoke, id) {
			named = append(named, id)
		}
	}
	if len(named) > 0 {
		r.revoke, r.byHand, r.ends = named, true, false
	}
}

// finish does what was decided.
func (r *pendingOp) finish(ctx context.Context) {
	var outcome string
	switch {
	case len(r.revoke) > 0:
		r.rotation.ByHand = r.byHand
		left := slices.DeleteFunc(slices.Clone(r.clientIDs), func(id string) bool { return slices.Contains(r.revoke, id) })
		if r.byHand && r.entry.Made == "" && len(left) > 0 { // one of those may be what the operation made
			if r.failure = r.rotation.RevokeNamed(ctx, r.entry, r.revoke); r.failure == nil {
				r.clientIDs, r.next = left, "astra token recover --keep "+r.open.ID
			}
			return
		}
		r.failure, outcome = r.rotation.Revoke(ctx, r.entry, r.revoke, r.rotation.Destinations), wasRevoked
		if r.failure == nil && r.entry.Step != onetime.Done { // what the answer named is looked at next
			r.clientIDs, r.next = []string{r.entry.Made}, "astra token recover"
			return
		}
	case !r.ends:
		return
	case r.rotation == nil: // damaged, or another organization's: a person ends it
		r.failure, outcome = r.entry.End(), wasKept
	case r.state != string(onetime.Kept):
		r.failure, outcome = r.rotation.Drop(ctx, r.entry, r.entry.Made, r.rotation.Destinations), isGone
	case r.continuesAs():
		r.failure, outcome = r.rotation.Confirm(ctx, r.entry, nil), wasKept
		r.state, r.next = string(onetime.InProgress), "astra token rotate "+r.entry.Old+" --resume"
		if r.failure == nil {
			return // open, and next is the rotation
		}
	default:
		r.failure, outcome = r.rotation.Keep(ctx, r.entry, r.rotation.Destinations, r.missing), wasKept
	}
	if r.failure == nil || errors.Is(r.failure, onetime.ErrPartial) {
		r.outcome, r.next = outcome, ""
	}
}

// continuesAs reports whether it is a rotation whose new secret was delivered, so
// that the old token can be revoked.
func (r *pendingOp) continuesAs() bool {
	return !r.none && r.entry.Kind == onetime.Rotating && r.entry.Made != "" && !r.entry.Step.Reached(onetime.Stored)
}

// unfinished reports whether there is something left to do.
func (r *pendingOp) unfinished() bool {
	refused := r.open.Record.Refused && r.state == string(onetime.Waiting) && len(r.clientIDs) == 0
	return r.outcome == isOpen && (r.failure != nil || r.state != isRunning && r.state != string(onetime.Overlapping) && !refused)
}

func (r *pendingOp) keepPending() {
	if r.entry != nil {
		r.entry.Leave()
	}
}
