package tokens

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// RecoveryOptions says what to do about pending operations that only the user can
// judge.
type RecoveryOptions struct {
	RevokeUnconfirmed bool     // revoke tokens whose secret was being printed
	Revoke            []string // client IDs of tokens to revoke
	Keep              []string // IDs of operations, or client IDs of their tokens, to end without revoking
	Deleted           []string // client IDs of older tokens that another administrator deleted
}

// ExaminePending finds out the state of the pending operations and decides what to do
// about each. It changes nothing in the service, notes the deletions of in.Deleted, and
// locks the operations: its caller must call Leave of each.
func ExaminePending(ctx context.Context, app *cli.App, in RecoveryOptions) ([]Recovery, error) {
	journal, pending, err := pendingOperations(app)
	if err != nil {
		return nil, err
	}
	if err := in.checkKept(pending); err != nil {
		return nil, err
	}
	if err := in.noteDeleted(app, journal); err != nil {
		return nil, err
	}
	found := make([]Recovery, len(pending))
	var known []string
	for i, o := range pending {
		session, err := app.Session(ctx)
		if err != nil {
			return found, err
		}
		found[i].Operation = o
		found[i].examine(ctx, app, session, journal, in)
		known = append(known, found[i].ClientIDs...)
	}
	describeCandidates(ctx, app, found)
	for _, id := range in.Revoke {
		if !slices.Contains(known, id) {
			return found, exit.NotFoundf("token of an unfinished operation", id, known).WithNext("astra token recover --dry-run")
		}
	}
	return found, nil
}

// checkKept refuses a --keep that names no pending operation.
func (in RecoveryOptions) checkKept(pending []onetime.PendingOperation) error {
	for _, name := range in.Keep {
		one := RecoveryOptions{Keep: []string{name}}
		if !slices.ContainsFunc(pending, one.keeps) {
			return exit.NotFoundf("unfinished operation", name, nil).WithNext("astra token recover --dry-run")
		}
	}
	return nil
}

// noteDeleted records the older tokens that another administrator deleted, as the user
// says.
func (in RecoveryOptions) noteDeleted(app *cli.App, journal onetime.Journal) error {
	for _, id := range in.Deleted {
		if !secret.LooksLikeClientID(id) {
			return exit.Usagef("--deleted: %q is not a client ID", id)
		}
	}
	for _, id := range in.Deleted {
		if app.DryRunf("note that %s was deleted", id) {
			continue
		}
		if err := journal.NoteDeleted(id); err != nil {
			return err
		}
	}
	return nil
}

// keeps reports whether --keep names an operation or its token.
func (in RecoveryOptions) keeps(o onetime.PendingOperation) bool {
	return slices.Contains(in.Keep, o.ID) || o.Record.Made != "" && slices.Contains(in.Keep, o.Record.Made)
}

// RecoveryError returns an error while an operation is unfinished, or if a secret is
// not in all of its destinations.
func RecoveryError(found []Recovery) error {
	var open []string
	var failure, short error
	for _, r := range found {
		switch {
		case r.isUnfinished():
			open = append(open, r.Operation.ID+" ("+r.State+")")
			failure = errors.Join(failure, r.Failure)
		case r.Failure != nil && r.Outcome != outcomeOpen:
			short = errors.Join(short, r.Failure)
		}
	}
	if len(open) == 0 {
		return short
	}
	e := exit.Failf(exit.Unknown, "unfinished operations: %s", strings.Join(open, ", "))
	if failure != nil {
		e.Message += ": " + failure.Error()
	}
	if slices.ContainsFunc(found, func(r Recovery) bool { return r.State == string(onetime.Waiting) }) {
		hint := "a request may still take effect; try again " + retryTime(found)
		if slices.ContainsFunc(found, func(r Recovery) bool { return r.State == string(onetime.Waiting) && len(r.ClientIDs) > 0 }) {
			hint += ", or name the token to revoke with --revoke CLIENT-ID"
		}
		return e.WithHint("%s", hint).WithNext("astra token recover")
	}
	return e.WithHint("the column NEXT shows the command to run")
}

// retryTime returns the time at which no request of an operation can take effect any
// more.
func retryTime(found []Recovery) string {
	var until time.Time
	for _, r := range found {
		if r.until.After(until) {
			until = r.until
		}
	}
	if until.IsZero() {
		return "now"
	}
	return "after " + cli.TimeOfDay(until)
}
