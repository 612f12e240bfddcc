package token

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
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

// A remnant is an operation that did not come to its end.
type remnant struct {
	open      onetime.Open
	state     string
	clientIDs []string
	outcome   string
	next      string
	failure   error

	entry    *onetime.Entry
	rotation *rotation
	revoke   string // client id that is to be revoked
	ends     bool
}

func remnantColumns() []output.Column[remnant] {
	return []output.Column[remnant]{
		{Key: "operation", Value: func(r remnant) any { return r.open.ID }, Name: true},
		{Key: "kind", Value: func(r remnant) any { return output.OrNull(string(r.open.Record.Kind)) }},
		{Key: "clientIds", Value: func(r remnant) any { return append([]string{}, r.clientIDs...) }},
		{Key: "began", Value: func(r remnant) any { return r.open.Record.Began.Truncate(time.Second) }},
		{Key: "state", Value: func(r remnant) any { return r.state }},
		{Key: "outcome", Value: func(r remnant) any { return r.outcome }},
		{Key: "next", Value: func(r remnant) any { return output.OrNull(r.next) }},
		{Key: "error", Value: func(r remnant) any {
			if r.failure == nil {
				return output.OrNull("")
			}
			return r.failure.Error()
		}},
	}
}

// examine finds out about the operation and decides what is to be done. It takes
// the operation in hand, for leave to let go of.
func (r *remnant) examine(ctx context.Context, app *cli.App, journal onetime.Journal, in recovery) error {
	r.outcome = isOpen
	switch {
	case r.open.Running:
		r.state = isRunning
		return nil
	case r.open.Err != nil:
		r.state, r.failure = isDamaged, fmt.Errorf("%s: %w", r.open.Path, r.open.Err)
		r.next = "rm " + shellword.Quote(r.open.Path)
		return nil //nolint:nilerr // its row says so
	}
	entry, err := journal.Take(ctx, r.open.ID)
	switch {
	case err == nil:
		r.entry = entry
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, onetime.ErrRunning): // another process is at it, or has ended it
		r.state = isRunning
		return nil
	default:
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return err
	}
	if r.entry.Order.OrgID != org {
		r.state = isOthers
		if r.entry.Profile != "" {
			r.next = "astra -p " + r.entry.Profile + " token recover"
		}
		return nil
	}
	if r.rotation, err = rebuild(ctx, app, session, r.entry.Record); err != nil {
		return err
	}
	finding, err := r.rotation.Find(ctx, r.entry.Record, r.rotation.Destinations)
	if err != nil {
		return err
	}
	r.state, r.clientIDs = string(finding.State), finding.ClientIDs
	r.decide(in, finding)
	return nil
}

// decide chooses what is done about the operation, or says what would be.
func (r *remnant) decide(in recovery, f onetime.Finding) {
	switch f.State {
	case onetime.Nothing, onetime.Kept:
		r.ends = true
	case onetime.Orphan:
		r.revoke = f.ClientIDs[0]
	case onetime.Unconfirmed:
		r.next = "astra token recover --keep " + f.ClientIDs[0]
		if in.revokeUnconfirmed {
			r.revoke = f.ClientIDs[0]
		}
	case onetime.Alike:
		r.next = "astra token recover --revoke CLIENT-ID"
		for _, id := range f.ClientIDs {
			if slices.Contains(in.revoke, id) {
				r.revoke = id
			}
		}
	case onetime.Halfway:
		r.next = "astra token rotate " + r.entry.Old + " --resume"
	case onetime.Due:
		r.next = "astra token rotate --due"
	case onetime.Overlapping:
		r.next = "astra token rotate " + r.entry.Old + " --finish"
	case onetime.Waiting:
	}
	if in.keeps(r.open) && r.rotation != nil && !r.open.Record.Step.Reached(onetime.Stored) {
		r.revoke, r.ends, r.state = "", true, string(onetime.Kept)
	}
}

// settle does what was decided.
func (r *remnant) settle(ctx context.Context) {
	var outcome string
	switch {
	case r.revoke != "":
		r.failure, outcome = r.rotation.Revoke(ctx, r.entry, r.revoke), wasRevoked
	case r.ends && r.state == string(onetime.Kept):
		r.failure, outcome = r.rotation.Keep(ctx, r.entry, r.rotation.Destinations), wasKept
	case r.ends:
		r.failure, outcome = r.entry.End(), isGone
	default:
		return
	}
	if r.failure == nil {
		r.outcome, r.next = outcome, ""
	}
}

// unsettled reports whether somebody has to do something about it.
func (r *remnant) unsettled() bool {
	return r.outcome == isOpen && r.state != isRunning && r.state != string(onetime.Overlapping)
}

func (r *remnant) leave() {
	if r.entry != nil {
		r.entry.Leave()
	}
}
