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

// An Outcome is the result of a row.
type Outcome string

// The outcomes. A row that has none yet is to be done.
const (
	OK         Outcome = "ok"
	Failed     Outcome = "failed"
	Unknown    Outcome = "unknown" // sent, and whether it took effect could not be verified
	NotStarted Outcome = "not started"
	Unchanged  Outcome = "unchanged"
)

// A Result is a row of the report.
type Result struct {
	Row     int     `json:"row"` // from 1
	Input   string  `json:"input"`
	ID      string  `json:"id"`
	Action  string  `json:"action"` // create, resend, remove, unchanged …
	Outcome Outcome `json:"outcome"`
	Exit    int     `json:"exit"` // the status that this row alone would have given
	Error   string  `json:"error"`
	SameAs  int     `json:"-"` // the earlier row that this one repeats; 0 is none
	Line    int     `json:"-"` // of the input, where the row is of a file; 0 is none
	As      string  `json:"-"` // the roles or the like, for the report
}

// Place returns the line of the row in the file, where people look for it, else its
// number among the arguments.
func (r Result) Place() string {
	if r.Line > 0 {
		return fmt.Sprintf("line %d", r.Line)
	}
	return fmt.Sprintf("row %d", r.Row)
}

// DuplicateOf returns the result of a row that repeats another one, which alone is sent.
func (r Result) DuplicateOf(row int) Result {
	r.Action, r.Outcome, r.SameAs = fmt.Sprintf("same as row %d", row), Unchanged, row
	return r
}

// IsDuplicate reports whether the row repeats an earlier one.
func (r Result) IsDuplicate() bool { return r.SameAs != 0 }

// Done returns how many rows were done by this run.
func Done(results []Result) int {
	n := 0
	for _, r := range results {
		if r.Outcome == OK {
			n++
		}
	}
	return n
}

// A Row is one change. One whose outcome is set already is only reported.
type Row struct {
	Result
	Do func(context.Context) error // the one request of the row
}

// A Verdict says whether a request with an unknown outcome took effect.
type Verdict int

// The verdicts.
const (
	CannotTell Verdict = iota
	Happened
	DidNotHappen
)

// Options say how rows are run. Explain and Now are required.
type Options struct {
	// Explain returns the exit status and the words of an error.
	Explain func(error) (exit int, text string)
	// Reconcile reads the state of the service once and returns a verdict for each of
	// the rows, given by index. Without it, unknown outcomes stay unknown.
	Reconcile func(ctx context.Context, rows []int) ([]Verdict, error)
	// Finished is called for each row when its outcome is known, in no order and
	// never twice at a time.
	Finished func(Result)
	Now      func() time.Time
	Limit    int // requests in flight; 32 if zero
}

const (
	limit = 32
	// grace is the time that requests in flight have when the run is ended.
	grace = 10 * time.Second
	// longestHold is the longest wait for the service if there is no time limit.
	longestHold = 10 * time.Minute
	// reconcileDelay is how long after an unknown outcome its row is looked up: the
	// request may still be on its way through the service.
	reconcileDelay = time.Second
)

// Run sends the rows and returns a result for each, in their order.
// When ctx ends, it starts no more rows, and waits a little for those in flight.
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
			r.finished(i)
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
			r.unfinished(i)
		}
	}
	return r.results
}

// run is the state of one Run. Its one goroutine owns it; the calls only
// answer.
type run struct {
	Options
	rows    []Row
	results []Result
	dials   []int   // attempts of each row that got no connection
	last    []error // the last answer to each row
	pace    *pace

	deadline time.Time // after which no row is sent any more

	stopped error     // why no more rows are started
	trouble int       // failures in a row that are the service's
	strange time.Time // when an outcome was unknown last
}

// finished reports that the outcome of a row is known.
func (r *run) finished(i int) {
	if r.Finished != nil {
		r.Finished(r.results[i])
	}
}

func (r *run) succeed(i int) {
	r.results[i].Outcome, r.results[i].Exit, r.results[i].Error = OK, 0, ""
	r.finished(i)
}

func (r *run) fail(i int, outcome Outcome, why error) {
	r.note(i, outcome, why)
	r.finished(i)
}

// unfinished gives a row its outcome that has none when the run ends. One that
// the service put off until the time was over has failed.
func (r *run) unfinished(i int) {
	if errors.Is(r.stopped, context.DeadlineExceeded) && errors.Is(r.last[i], devops.ErrRateLimited) {
		r.fail(i, Failed, fmt.Errorf("rate limited until the time limit: %w", r.last[i]))
		return
	}
	r.fail(i, NotStarted, r.stopped)
}

func (r *run) note(i int, outcome Outcome, why error) {
	r.results[i].Outcome = outcome
	r.results[i].Exit, r.results[i].Error = r.Explain(why)
}

// lateError is the end of a run at its time limit.
type lateError struct{}

func (lateError) Error() string { return "the time limit is reached; --timeout raises it" }
func (lateError) Unwrap() error { return context.DeadlineExceeded }

// end says why ctx ended.
func end(ctx context.Context) error {
	cause := context.Cause(ctx)
	if cause == context.DeadlineExceeded { //nolint:errorlint // what wraps it has words of its own
		return lateError{}
	}
	return cause
}

// graceContext returns a context that ends a while after ctx has.
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
