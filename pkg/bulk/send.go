package bulk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
)

const (
	// putOff is the wait of a row that the service refused without saying for
	// how long.
	putOff = time.Second
	// dialTries is how often a connection may fail, each time with the tries of the
	// client.
	dialTries = 4
	// tolerance is how many rows may fail in succession for a reason of the service
	// before the run stops.
	tolerance = 20
)

// An attempt is what came of one attempt of a row.
type attempt struct {
	row  int
	sent time.Time
	err  error
}

// send sends the rows and waits until each has an outcome, or until the run is
// stopped and nothing is in flight.
func (r *run) send(ctx context.Context, rows []int) {
	calls, release := graceContext(devops.WithoutRateLimitRetry(ctx))
	defer release()
	q := &queue{fresh: rows}
	answers := make(chan attempt)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for flying := 0; ; {
		if ctx.Err() != nil && r.stopped == nil {
			r.stopped = end(ctx)
		}
		if flying == 0 && (r.stopped != nil || q.empty()) {
			return
		}
		var ready <-chan time.Time
		if r.stopped == nil && !q.empty() && flying < r.Limit {
			wait := r.pace.next.Sub(r.Now())
			if wait <= 0 {
				wait = q.wait(r.Now())
			}
			if wait <= 0 {
				flying++
				row := q.next(r.Now())
				r.pace.send(r.Now())
				go func(sent time.Time) { answers <- attempt{row, sent, r.rows[row].recoverPanic(calls)} }(r.Now())
				continue
			}
			timer.Reset(wait)
			ready = timer.C
		}
		var ended <-chan struct{}
		if r.stopped == nil {
			ended = ctx.Done()
		}
		select {
		case a := <-answers:
			flying--
			r.answered(q, a)
		case <-ready:
		case <-ended:
		}
	}
}

// hold sends no row before a time, for which the service asks. It reports whether
// that is too late for this run.
func (r *run) hold(until time.Time) (late bool) {
	if until.After(r.deadline) {
		return true
	}
	r.pace.hold(until)
	return false
}

// recoverPanic does the row. A panic, in which there may be a secret, becomes an
// error without its text, and the outcome is unknown.
func (r Row) recoverPanic(ctx context.Context) (err error) {
	defer func() {
		if failpoint.Disabled("row-containment") {
			return
		}
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: this is a bug in astra: %T", devops.ErrOutcomeUnknown, cause)
		}
	}()
	return r.Do(ctx)
}

// answered decides what an answer means for its row and for the others.
func (r *run) answered(q *queue, a attempt) {
	now := r.Now()
	refusal, isRefusal := errors.AsType[*devops.Error](a.err)
	if errors.Is(a.err, devops.ErrRateLimited) {
		r.pace.refused(a.sent, now)
		r.last[a.row] = a.err
		wait := putOff
		if isRefusal && refusal.RetryAfter > 0 {
			wait = refusal.RetryAfter
		}
		if wait > devops.Moment && r.hold(now.Add(wait)) {
			r.stopped = a.err
			r.fail(a.row, Failed, a.err)
			return
		}
		q.requeue(a.row, now.Add(wait))
		return
	}
	if isRefusal && errors.Is(a.err, devops.ErrNetwork) && !refusal.Sent {
		if r.dials[a.row]++; r.dials[a.row] < dialTries {
			q.requeue(a.row, now.Add(putOff<<(r.dials[a.row]-1)))
			return
		}
	}
	r.pace.took(now)
	r.last[a.row] = a.err
	r.classify(a, now)
}

func (r *run) classify(a attempt, now time.Time) {
	r.trouble++
	switch {
	case a.err == nil:
		r.trouble = 0
		r.succeed(a.row)
	case errors.Is(a.err, devops.ErrOutcomeUnknown):
		r.strange = now
		r.note(a.row, Unknown, a.err)
	case unanswered(a.err):
		if r.stopped == nil && errors.Is(a.err, context.Canceled) {
			r.stopped = a.err
		}
		r.strange = now
		r.note(a.row, Unknown, fmt.Errorf("%w: sent, but no response arrived in time", devops.ErrOutcomeUnknown))
	case errors.Is(a.err, context.Canceled), errors.Is(a.err, context.DeadlineExceeded):
		if r.stopped == nil {
			r.stopped = a.err
		}
		r.note(a.row, "", a.err)
	case errors.Is(a.err, devops.ErrUnauthorized):
		r.stopped = a.err // the other rows would be refused, too
		r.fail(a.row, Failed, a.err)
	case isGlobalFailure(a.err):
		r.fail(a.row, Failed, a.err)
	default:
		r.trouble = 0
		r.fail(a.row, Failed, a.err)
	}
	if r.stopped == nil && (r.trouble >= tolerance || r.dials[a.row] >= dialTries && r.trouble > 0) {
		r.stopped = a.err
	}
}

// unanswered reports whether a change was sent without an answer, or with an answer
// that did not come from the service.
func unanswered(err error) bool {
	request, ok := errors.AsType[*devops.Error](err)
	return ok && request.Sent && request.Changes && (request.Status == 0 || errors.Is(err, devops.ErrInvalidResponse))
}

// isGlobalFailure reports whether an error is likely to affect every row.
func isGlobalFailure(err error) bool {
	for _, kind := range []error{devops.ErrForbidden, devops.ErrServer, devops.ErrNetwork, devops.ErrInvalidResponse} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// reconcile looks up the rows whose outcome is unknown. Those that did not happen
// are sent once more.
func (r *run) reconcile(ctx context.Context) {
	again := r.lookUp(ctx)
	if len(again) > 0 && r.stopped == nil {
		r.send(ctx, again)
		again = r.lookUp(ctx)
	}
	for _, i := range again {
		why := r.stopped
		outcome := NotStarted
		if why == nil {
			outcome, why = Failed, fmt.Errorf("%w: sent twice without effect; last error: %w", devops.ErrServer, r.last[i])
		}
		r.fail(i, outcome, why)
	}
}

// lookUp asks for the verdicts about the rows whose outcome is unknown, and
// returns those that did not happen.
func (r *run) lookUp(ctx context.Context) (again []int) {
	var rows []int
	for i := range r.results {
		if r.results[i].Outcome == Unknown && r.rows[i].Outcome == "" {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	verdicts := make([]Verdict, len(rows))
	if r.Reconcile != nil {
		calls, release := graceContext(ctx)
		defer release()
		r.waitQuiet(calls)
		if found, err := r.Reconcile(calls, rows); err == nil && len(found) == len(rows) {
			verdicts = found
		}
	}
	for n, i := range rows {
		switch verdicts[n] {
		case Happened:
			r.succeed(i)
		case DidNotHappen:
			r.results[i].Outcome = ""
			again = append(again, i)
		default:
			r.finished(i)
		}
	}
	return again
}

// waitQuiet waits until the last request without an answer has had time to take effect.
func (r *run) waitQuiet(ctx context.Context) {
	timer := time.NewTimer(reconcileDelay - r.Now().Sub(r.strange))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
