package cli

import (
	"context"
	"errors"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// verificationLimit bounds the looks that prove what was deleted, also after an interrupt.
const (
	verificationLimit = 12 * time.Second
	verificationGrace = 800 * time.Millisecond
)

// VerificationContext returns a context for looks that verify a change, also after an
// interrupt: within the limit of the command if there is time left, and a moment
// beyond it otherwise.
func VerificationContext(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := verificationLimit
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, max(time.Until(deadline), verificationGrace)) //nolint:forbidigo // contexts go by this clock
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// A DeletionCheck verifies deletions by a list: the ids that it showed before, and how to
// ask for it again.
type DeletionCheck struct {
	Before []string
	List   func(ctx context.Context) (ids []string, err error)
}

// verify returns an error for each id that is not proven to be gone.
func (l DeletionCheck) verify(ctx context.Context, accepted map[string]bool) map[string]error {
	ctx, cancel := VerificationContext(ctx)
	defer cancel()
	look := func(ctx context.Context, inQuestion []string) (absence.Sight, error) {
		ids, err := l.List(ctx)
		sight := absence.Sight{There: map[string]bool{}}
		for _, id := range ids {
			sight.There[id] = true
		}
		asked := make(map[string]bool, len(inQuestion))
		for _, id := range inQuestion {
			asked[id] = true
		}
		for _, id := range l.Before {
			if !sight.There[id] && !asked[id] && !failpoint.Disabled("older-rows-listed") {
				sight.Missing = append(sight.Missing, id)
			}
		}
		return sight, err
	}
	return absence.Prover{Look: look}.Prove(ctx, accepted)
}

// VerifyOne verifies that one thing is gone. deleted is the error of its DELETE, nil if
// that was accepted; stays is the error to return if the thing is still listed.
func (l DeletionCheck) VerifyOne(ctx context.Context, id string, deleted, stays error) error {
	failure := l.verify(ctx, map[string]bool{id: deleted == nil})[id]
	switch {
	case failure == nil:
		return nil
	case deleted == nil && errors.Is(failure, absence.ErrStillListed):
		return stays
	case deleted != nil:
		return deleted
	}
	return UnverifiedError(failure)
}

// VerifyRows corrects the results of rows that deleted something by what is proven.
// stays is the error for what is still listed.
func (l DeletionCheck) VerifyRows(ctx context.Context, rows []bulk.Row, results []bulk.Result, stays func(row int) error) {
	VerifyResults(rows, results, stays, func(accepted map[string]bool) map[string]error { return l.verify(ctx, accepted) })
}

// VerifyResults is VerifyRows with another proof: gone returns an error for each id that
// is not proven to be gone, given whether its DELETE succeeded. Rows whose outcome was
// known before were not sent.
func VerifyResults(rows []bulk.Row, results []bulk.Result, stays func(row int) error, gone func(accepted map[string]bool) map[string]error) {
	sent := func(row int) bool { return rows[row].Outcome == "" && results[row].Outcome != bulk.NotStarted }
	accepted := map[string]bool{}
	for i, r := range results {
		if sent(i) {
			accepted[r.ID] = r.Outcome == bulk.OK
		}
	}
	if len(accepted) == 0 {
		return
	}
	failures := gone(accepted)
	for i, r := range results {
		if sent(i) {
			results[i] = verificationResult(r, failures[r.ID], func() error { return stays(i) })
		}
	}
}

// verificationResult is the result of a deletion, given why it is not proven, or nil.
func verificationResult(r bulk.Result, failure error, stays func() error) bulk.Result {
	switch {
	case failure == nil:
		r.Outcome, r.Exit, r.Error = bulk.OK, 0, ""
	case r.Outcome != bulk.OK: // it failed, and nothing shows the contrary
	case errors.Is(failure, absence.ErrStillListed):
		r.Outcome = bulk.Failed
		r.Exit, r.Error = exit.Explain(stays())
	default:
		r.Outcome = bulk.Unknown
		r.Exit, r.Error = exit.Explain(UnverifiedError(failure))
	}
	return r
}

// StillListedError is the error of a deletion that the API reported as done, of something
// that its list still shows.
func StillListedError(label string) *exit.Error {
	return exit.Failf(exit.Server, "the API reported %s as deleted, but still lists it", label)
}

// UnverifiedError is the error of a deletion that the service may have made.
func UnverifiedError(err error) error {
	e := exit.Failf(exit.Unknown, "its state is unknown: %v", err).WithHint("run the command again to check")
	e.Cause = err
	return e
}
