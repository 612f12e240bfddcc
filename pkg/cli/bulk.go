package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

// RunRows runs rows, which are numbered from 1, and shows how far they are.
// record may be nil.
func (a *App) RunRows(ctx context.Context, doing string, rows []bulk.Row, record *bulk.Record, reconcile func(context.Context, []int) ([]bulk.Verdict, error)) []bulk.Result {
	given := func(r bulk.Result) bool { return rows[r.Row-1].Outcome != "" }
	todo := 0
	for _, row := range rows {
		if row.Outcome == "" {
			todo++
		}
	}
	progress := a.Progress(doing, todo)
	defer progress.End()
	return bulk.Run(ctx, rows, bulk.Options{
		Explain: exit.Explain, Reconcile: reconcile, Now: a.Now,
		Finished: func(r bulk.Result) {
			if given(r) || r.Outcome == bulk.NotStarted {
				return
			}
			progress.Step()
			if record != nil {
				record.Add(r)
			}
		},
	})
}

// RunRowsOwnLast runs rows as RunRows does, and then the last own of them, which concern
// the token in use, one at a time: after each of them the token may have lost the
// permission for the next one. verify, if there is one, corrects the results of the rows
// just run, while the token can still list.
func (a *App) RunRowsOwnLast(ctx context.Context, doing string, rows []bulk.Row, own int, verify func([]bulk.Row, []bulk.Result)) []bulk.Result {
	if verify == nil {
		verify = func([]bulk.Row, []bulk.Result) {}
	}
	var results []bulk.Result
	if others := rows[:len(rows)-own]; len(others) > 0 {
		results = a.RunRows(ctx, doing, others, nil, nil)
		verify(others, results)
	}
	for len(results) < len(rows) {
		next := rows[len(results) : len(results)+1]
		one := bulk.Run(ctx, next, bulk.Options{Explain: exit.Explain, Now: a.Now})
		verify(next, one)
		results = append(results, one...)
	}
	return results
}

// OpenRecord opens the record of a run: what an earlier one has left of it.
func (a *App) OpenRecord(command, orgID string, rows []string) (*bulk.Record, error) {
	paths, err := a.Paths()
	if paths.State == "" {
		return nil, err
	}
	record, err := bulk.OpenRecord(filepath.Join(paths.State, "runs"), bulk.RunKey(command, orgID, rows))
	if err != nil {
		return nil, exit.Failf(exit.Config, "the record of an earlier run: %v", err)
	}
	return record, nil
}

// runWait bounds the wait for another process that runs the same rows.
const runWait = 10 * time.Second

// LockRun keeps other processes of this user from running the same rows of a command
// at the same time, until the function that it returns is called. With wait it waits
// some seconds for one that does, so that the rows are looked at after it. Where the
// state directory cannot be written there is no lock.
func (a *App) LockRun(ctx context.Context, session *Session, command string, rows []string, wait bool) (unlock func(), err error) {
	nothing := func() {}
	paths, _ := a.Paths()
	if paths.State == "" || a.Globals.DryRun {
		return nothing, nil
	}
	dir := filepath.Join(paths.State, "runs")
	if atomicfile.MkdirAll(dir) != nil {
		return nothing, nil //nolint:nilerr // the record of several rows says so
	}
	whose := session.APIURL + " " + cmp.Or(session.Profile.Org.ID, session.ClientID)
	rows = slices.Compact(slices.Sorted(slices.Values(rows))) // the order of a list makes no other run
	path := filepath.Join(dir, bulk.RunKey(command, whose, rows)+".lock")
	lock, err := atomicfile.TakeLock(ctx, path, 0)
	if errors.Is(err, atomicfile.ErrLocked) && wait {
		a.Say("Waiting for another astra process that does the same.")
		lock, err = atomicfile.TakeLock(ctx, path, runWait)
	}
	switch {
	case err == nil:
		return lock.Remove, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, atomicfile.ErrLocked):
		return nil, exit.Failf(exit.Conflict, "another astra process is running the same %s", command).WithHint("nothing was sent; wait until it ends")
	case errors.Is(err, atomicfile.ErrNoLocks):
		return nil, exit.Failf(exit.Config, "%v", err).WithHint("without locks a second run could send the same requests; use ASTRA_STATE_DIR to choose another directory")
	}
	return nothing, nil
}

// InputErrors is the failure that lists every fault of an input (exit 2), nil for
// none. Notes are said, and are no failure.
func (a *App) InputErrors(faults []bulk.InputError) error {
	notes, faults := bulk.Notes(faults)
	for _, n := range notes {
		a.Warn("%v", n)
	}
	if len(faults) == 0 {
		return nil
	}
	slices.SortStableFunc(faults, func(a, b bulk.InputError) int { return cmp.Compare(a.Line, b.Line) })
	texts := make([]string, len(faults))
	for i, f := range faults {
		texts[i] = f.String()
	}
	return exit.Usagef("%s", strings.Join(texts, "; ")).WithHint("nothing was sent")
}

// RowColumns are the columns of a report on rows.
func RowColumns() []output.Column[bulk.Result] {
	return []output.Column[bulk.Result]{
		{Key: "row", Value: func(r bulk.Result) any { return r.Row }},
		{Key: "input", Value: func(r bulk.Result) any { return r.Input }},
		{Key: "id", Value: func(r bulk.Result) any { return output.OrNull(r.ID) }, Name: true, Spare: 1},
		{Key: "action", Value: func(r bulk.Result) any { return r.Action }},
		{Key: "outcome", Value: func(r bulk.Result) any { return string(r.Outcome) }, State: true},
		{Key: "exit", Value: func(r bulk.Result) any { return r.Exit }, Spare: 1},
		{Key: "error", Value: func(r bulk.Result) any { return output.OrNull(r.Error) }, Wrap: true},
	}
}

// PrintRow prints the report on a change of one thing, which is the row that a change
// of several has for it, and returns failure, which is why the change failed.
func (a *App) PrintRow(r bulk.Result, failure error) error {
	if failure != nil {
		r.Exit, r.Error = exit.Explain(failure)
		r.Outcome = bulk.Failed
		if exit.Code(r.Exit) == exit.Unknown {
			r.Outcome = bulk.Unknown
		}
	}
	if err := Print(a, RowColumns(), []bulk.Result{r}, ""); err != nil {
		return errors.Join(failure, err)
	}
	return failure
}

// BatchError is how a command of several rows ends: well; with the status of
// the failure, if all rows failed alike; interrupted; or with 9.
func (a *App) BatchError(results []bulk.Result, resumable bool) error {
	results = slices.DeleteFunc(slices.Clone(results), bulk.Result.IsDuplicate) // they went with others
	var failed []bulk.Result
	counts := map[bulk.Outcome]int{}
	alike := true
	for _, r := range results {
		counts[r.Outcome]++
		if r.Exit != 0 {
			failed = append(failed, r)
			alike = alike && r.Exit == failed[0].Exit
		}
	}
	if len(failed) == 0 {
		return nil
	}
	e := exit.Failf(exit.SomeFailed, "%s", tally(counts, len(results), failed[0]))
	if alike && len(failed) == len(results) {
		e.Exit = exit.Code(failed[0].Exit)
	}
	if i := slices.IndexFunc(failed, func(r bulk.Result) bool { return interrupts(exit.Code(r.Exit)) }); i >= 0 {
		e.Exit = exit.Code(failed[i].Exit)
	}
	switch {
	case counts[bulk.OK] > 0:
		e.Outcome = exit.OutcomePartial
	case counts[bulk.Unknown] > 0:
		e.Outcome = exit.OutcomeUnknown
	}
	if resumable {
		e = e.WithHint("--resume completes the remaining rows").WithNext(a.resumed())
	}
	return e
}

// tally says how many rows failed, or were not started, and why the first one
// did.
func tally(counts map[bulk.Outcome]int, total int, first bulk.Result) string {
	text := fmt.Sprintf("%d of %s failed", counts[bulk.Failed], spelling.Count(total, "row"))
	if n := counts[bulk.Unknown]; n > 0 {
		text += fmt.Sprintf(", %d unknown", n)
	}
	if n := counts[bulk.NotStarted]; n > 0 {
		text += fmt.Sprintf(", %d not started", n)
	}
	return fmt.Sprintf("%s; the first, %s (%s): %s", text, first.Place(), first.Input, first.Error)
}

func interrupts(code exit.Code) bool {
	return code == exit.Interrupted || code == exit.Terminated || code == exit.HungUp
}

// resumed is the command line that goes on with an interrupted run.
func (a *App) resumed() string {
	if slices.Contains(a.Args, "--resume") {
		return a.WithFlag("")
	}
	return a.WithFlag("--resume")
}
