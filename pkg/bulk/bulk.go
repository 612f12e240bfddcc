// Package bulk runs one command for many rows: as fast as the service allows
// and no faster, each row once, with one result for each.
//
// A row that the service defers is sent later, independently of the others. The outcome
// of a request whose answer was lost is looked up at the end, and the row is sent again
// only if it had no effect.
package bulk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
)

// Outcome is the result of a row.
type Outcome string

// The outcomes. A row without an outcome is not finished.
const (
	OK         Outcome = "ok"
	Failed     Outcome = "failed"
	Unknown    Outcome = "unknown" // sent, and its effect could not be verified
	NotStarted Outcome = "not started"
	Unchanged  Outcome = "unchanged"
)

// Result is a row of the report.
type Result struct {
	Row     int     `json:"row"` // from 1
	Input   string  `json:"input"`
	ID      string  `json:"id"`
	Action  string  `json:"action"` // create, resend, remove, unchanged …
	Outcome Outcome `json:"outcome"`
	Exit    int     `json:"exit"` // the exit status of this row alone
	Error   string  `json:"error"`
	SameAs  int     `json:"-"` // the earlier row that this one duplicates; 0 is none
	Line    int     `json:"-"` // line of the input file; 0 is none
	As      string  `json:"-"` // the roles or similar, for the report
	Past    string  `json:"-"` // the action as a participle, such as "updated"; by default that of Action
}

// Place returns the line of the row in the file, or else its number among the
// arguments.
func (r Result) Place() string {
	if r.Line > 0 {
		return fmt.Sprintf("line %d", r.Line)
	}
	return fmt.Sprintf("row %d", r.Row)
}

// DuplicateOf returns the result of a row that duplicates an earlier one, which
// alone is sent.
func (r Result) DuplicateOf(row int) Result {
	r.Action, r.Outcome, r.SameAs = fmt.Sprintf("same as row %d", row), Unchanged, row
	return r
}

// IsDuplicate reports whether the row duplicates an earlier one.
func (r Result) IsDuplicate() bool { return r.SameAs != 0 }

// Done returns the number of rows that this run completed.
func Done(results []Result) int {
	n := 0
	for _, r := range results {
		if r.Outcome == OK {
			n++
		}
	}
	return n
}

// Row is one change. A row that already has an outcome is only reported.
type Row struct {
	Result
	Do func(context.Context) error // sends the row's only request
}

// Verdict is the effect of a request with an unknown outcome.
type Verdict int

// The verdicts.
const (
	CannotTell Verdict = iota
	Happened
	DidNotHappen
)

// Options configures a run. Explain and Now are required.
type Options struct {
	// Explain returns exit status and message of an error.
	Explain func(error) (exit int, text string)
	// Reconcile reads the state of the service once and returns a verdict for
	// each of the given rows. Without it, unknown outcomes remain unknown.
	Reconcile func(ctx context.Context, rows []int) ([]Verdict, error)
	// Finished is called with the result of each row, in any order and never
	// concurrently.
	Finished func(Result)
	Now      func() time.Time
	Limit    int // requests in flight; 32 if zero
}

const (
	limit = 32
	// grace is the time for requests in flight when the run is canceled.
	grace = 10 * time.Second
	// longestHold is the longest wait for the service without a time limit.
	longestHold = 10 * time.Minute
)

// ReconcileDelay is the wait between an unknown outcome and its reconciliation: the
// request may still be in progress.
const ReconcileDelay = time.Second

// Run sends the rows and returns a result for each, in order. When ctx ends, it
// starts no more rows and waits briefly for those in flight.
func Run(ctx context.Context, rows []Row, o Options) []Result {
	if o.Limit <= 0 {
		o.Limit = limit
	}
	r := &run{Options: o, rows: rows, results: make([]Result, len(rows)), dials: make([]int, len(rows)), last: make([]error, len(rows))}
	var todo []int
	for i, row := range rows {
		r.results[i] = row.Result
		if row.Outcome == "" {
			todo = append(todo, i)
		} else {
			r.reportRow(i)
		}
	}
	if len(todo) > 0 {
		r.pace = newPace(o.Now())
		r.deadline = o.Now().Add(longestHold)
		if deadline, limited := ctx.Deadline(); limited {
			r.deadline = deadline
		}
		r.send(ctx, todo)
		r.reconcile(ctx)
	}
	for i := range r.results {
		if r.results[i].Outcome == "" {
			r.finishRemaining(i)
		}
	}
	return r.results
}

// run is the state of one Run. One goroutine owns it; requests only return
// attempts.
type run struct {
	Options
	rows    []Row
	results []Result
	dials   []int   // attempts without a connection by row
	last    []error // the last error of each row
	pace    *pace

	deadline time.Time // no row is sent after it

	stopped         error     // why no more rows are started
	serviceFailures int       // consecutive failures of the service
	lastUnknown     time.Time // time of the last unknown outcome
}

// reportRow reports the result of a row.
func (r *run) reportRow(i int) {
	if r.Finished != nil {
		r.Finished(r.results[i])
	}
}

func (r *run) succeed(i int) {
	r.results[i].Outcome, r.results[i].Exit, r.results[i].Error = OK, 0, ""
	r.reportRow(i)
}

func (r *run) fail(i int, outcome Outcome, why error) {
	r.record(i, outcome, why)
	r.reportRow(i)
}

// finishRemaining sets the outcome of a remaining row at the end of the run. A row
// that the service deferred until the time limit has failed.
func (r *run) finishRemaining(i int) {
	if errors.Is(r.stopped, context.DeadlineExceeded) && errors.Is(r.last[i], devops.ErrRateLimited) {
		r.fail(i, Failed, fmt.Errorf("rate limited until the time limit: %w", r.last[i]))
		return
	}
	r.fail(i, NotStarted, r.stopped)
}

func (r *run) record(i int, outcome Outcome, why error) {
	r.results[i].Outcome = outcome
	r.results[i].Exit, r.results[i].Error = r.Explain(why)
}

// lateError reports that the time limit of a run was reached.
type lateError struct{}

func (lateError) Error() string { return "the time limit is reached; --timeout raises it" }
func (lateError) Unwrap() error { return context.DeadlineExceeded }

// endError returns the cause of the end of ctx.
func endError(ctx context.Context) error {
	cause := context.Cause(ctx)
	if cause == context.DeadlineExceeded { //nolint:errorlint // wrapping errors have messages of their own
		return lateError{}
	}
	return cause
}

// graceContext returns a context that ends a grace period after ctx.
func graceContext(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel() }
}
