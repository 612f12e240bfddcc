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
	// defaultDefer is the wait after a 429 without Retry-After.
	defaultDefer = time.Second
	// maxDials limits the failed connections of a row, each after the client's
	// own retries.
	maxDials = 4
	// maxServiceFailures is the number of consecutive failures of the service after
	// which the run stops.
	maxServiceFailures = 20
)

// attempt is the result of one attempt of a row.
type attempt struct {
	row  int
	sent time.Time
	err  error
}

// send sends the rows and returns when each has an outcome, or when the run is
// stopped and no request is in flight.
func (r *run) send(ctx context.Context, rows []int) {
	calls, release := graceContext(devops.WithoutRateLimitRetry(ctx))
	defer release()
	q := &queue{fresh: rows}
	answers := make(chan attempt)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for flying := 0; ; {
		if ctx.Err() != nil && r.stopped == nil {
			r.stopped = endError(ctx)
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
			r.apply(q, a)
		case <-ready:
		case <-ended:
		}
	}
}

// hold delays all rows until a time that the service asks for, and reports
// whether that is too late for this run.
func (r *run) hold(until time.Time) (late bool) {
	if until.After(r.deadline) {
		return true
	}
	r.pace.hold(until)
	return false
}

// recoverPanic sends the row. A panic, which may contain a secret, becomes an
// error without its text and with an unknown outcome.
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

// apply applies the result of an attempt to its row and to the run.
func (r *run) apply(q *queue, a attempt) {
	now := r.Now()
	refusal, isRefusal := errors.AsType[*devops.Error](a.err)
	if errors.Is(a.err, devops.ErrRateLimited) {
		r.pace.slowDown(a.sent, now)
		r.last[a.row] = a.err
		wait := defaultDefer
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
		if r.dials[a.row]++; r.dials[a.row] < maxDials {
			q.requeue(a.row, now.Add(defaultDefer<<(r.dials[a.row]-1)))
			return
		}
	}
	r.pace.accept(now)
	r.last[a.row] = a.err
	r.classify(a, now)
}

func (r *run) classify(a attempt, now time.Time) {
	r.serviceFailures++
	switch {
	case a.err == nil:
		r.serviceFailures = 0
		r.succeed(a.row)
	case errors.Is(a.err, devops.ErrOutcomeUnknown):
		r.lastUnknown = now
		r.record(a.row, Unknown, a.err)
	case lacksResponse(a.err):
		if r.stopped == nil && errors.Is(a.err, context.Canceled) {
			r.stopped = a.err
		}
		r.lastUnknown = now
		r.record(a.row, Unknown, fmt.Errorf("%w: sent, but no response arrived in time", devops.ErrOutcomeUnknown))
	case errors.Is(a.err, context.Canceled), errors.Is(a.err, context.DeadlineExceeded):
		if r.stopped == nil {
			r.stopped = a.err
		}
		r.record(a.row, "", a.err)
	case errors.Is(a.err, devops.ErrUnauthorized):
		r.stopped = a.err // the other rows would be refused too
		r.fail(a.row, Failed, a.err)
	case isGlobalFailure(a.err):
		r.fail(a.row, Failed, a.err)
	default:
		r.serviceFailures = 0
		r.fail(a.row, Failed, a.err)
	}
	if r.stopped == nil && (r.serviceFailures >= maxServiceFailures || r.dials[a.row] >= maxDials && r.serviceFailures > 0) {
		r.stopped = a.err
	}
}

// lacksResponse reports whether a change was sent and the service's response is
// missing.
func lacksResponse(err error) bool {
	request, ok := errors.AsType[*devops.Error](err)
	return ok && request.Sent && devops.MaybeApplied(err) && (request.Status == 0 || errors.Is(err, devops.ErrInvalidResponse))
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

// reconcile finds the outcome of unknown rows and sends those without effect
// once more.
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

// lookUp requests verdicts about rows with unknown outcome and returns those
// without effect.
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
			r.reportRow(i)
		}
	}
	return again
}

// waitQuiet waits until the last request without a response has had time to
// take effect.
func (r *run) waitQuiet(ctx context.Context) {
	timer := time.NewTimer(ReconcileDelay - r.Now().Sub(r.lastUnknown))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
