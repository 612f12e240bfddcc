// Package bulkcmd is the part of commands with several rows that they share: running
// rows with a progress bar, locks and records of runs, the report, and the dry run.
package bulkcmd

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

// Run runs rows, which are numbered from 1, with a progress bar. record may be nil.
func Run(ctx context.Context, app *cli.App, doing string, rows []bulk.Row, record *bulk.Record, reconcile func(context.Context, []int) ([]bulk.Verdict, error)) []bulk.Result {
	return run(ctx, app, doing, rows, record, bulk.Options{Reconcile: reconcile})
}

// RunInOrder is Run for rows that must not be sent at the same time.
func RunInOrder(ctx context.Context, app *cli.App, doing string, rows []bulk.Row, reconcile func(context.Context, []int) ([]bulk.Verdict, error)) []bulk.Result {
	return run(ctx, app, doing, rows, nil, bulk.Options{Reconcile: reconcile, Limit: 1})
}

func run(ctx context.Context, app *cli.App, doing string, rows []bulk.Row, record *bulk.Record, o bulk.Options) []bulk.Result {
	hasOutcome := func(r bulk.Result) bool { return rows[r.Row-1].Outcome != "" }
	todo := 0
	for _, row := range rows {
		if row.Outcome == "" {
			todo++
		}
	}
	progress := StartProgress(app, doing, todo)
	defer progress.End()
	o.Explain, o.Now = exit.Explain, app.Now
	o.Finished = func(r bulk.Result) {
		if hasOutcome(r) || r.Outcome == bulk.NotStarted {
			return
		}
		progress.Step()
		if record != nil {
			record.Add(r)
		}
	}
	return bulk.Run(ctx, rows, o)
}

// RunOwnLast runs rows as Run does, and then the last own of them, which concern
// the token in use, one at a time: after each of them the token may have lost the
// permission for the next one. verify, if there is one, corrects the results of the rows
// just run, while the token can still list.
func RunOwnLast(ctx context.Context, app *cli.App, doing string, rows []bulk.Row, own int, verify func([]bulk.Row, []bulk.Result)) []bulk.Result {
	if verify == nil {
		verify = func([]bulk.Row, []bulk.Result) {}
	}
	var results []bulk.Result
	if others := rows[:len(rows)-own]; len(others) > 0 {
		results = Run(ctx, app, doing, others, nil, nil)
		verify(others, results)
	}
	for len(results) < len(rows) {
		next := rows[len(results) : len(results)+1]
		one := bulk.Run(ctx, next, bulk.Options{Explain: exit.Explain, Now: app.Now})
		verify(next, one)
		results = append(results, one...)
	}
	return results
}

// OpenRecord opens the record of a run, with the results of an earlier run of the same
// rows.
func OpenRecord(app *cli.App, command, orgID string, rows []string) (*bulk.Record, error) {
	paths, err := app.Paths()
	if paths.State == "" {
		return nil, err
	}
	record, err := bulk.OpenRecord(filepath.Join(paths.State, "runs"), bulk.RunKey(command, orgID, rows))
	if err != nil {
		return nil, exit.Failf(exit.Config, "the record of an earlier run: %v", err)
	}
	return record, nil
}

// lockTimeout bounds the wait for another process that runs the same rows.
const lockTimeout = 10 * time.Second

// Lock keeps other processes of this user from running the same rows of a command
// at the same time, until the function that it returns is called. With wait it waits
// some seconds for one that does, so that the state is read after it. It also waits for
// the requests of a process that was killed, which may still take effect. Where the
// state directory cannot be written there is no lock.
func Lock(ctx context.Context, app *cli.App, session *cli.Session, command string, rows []string, wait bool) (unlock func(), err error) {
	nothing := func() {}
	paths, _ := app.Paths()
	if paths.State == "" || app.Globals.DryRun {
		return nothing, nil
	}
	dir := filepath.Join(paths.State, "runs")
	if atomicfile.MkdirAll(dir) != nil {
		return nothing, nil //nolint:nilerr // the record of several rows says so
	}
	whose := session.APIURL + " " + cmp.Or(session.Profile.Org.ID, session.ClientID)
	rows = slices.Compact(slices.Sorted(slices.Values(rows))) // the order of a list makes no other run
	path := filepath.Join(dir, bulk.RunKey(command, whose, rows)+".lock")
	earlier, _ := os.Lstat(path)
	lock, err := atomicfile.TakeLock(ctx, path, 0)
	if errors.Is(err, atomicfile.ErrLocked) && wait {
		app.Say("Waiting for another astra process that does the same.")
		lock, err = atomicfile.TakeLock(ctx, path, lockTimeout)
	}
	if locked, _ := os.Lstat(path); err == nil && earlier != nil && locked != nil && os.SameFile(earlier, locked) { // a process that ends removes it
		err = cli.Pause(ctx, bulk.ReconcileDelay)
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

// CheckInput returns an error that lists every fault of an input (exit 2), or nil.
// Notes are printed as warnings.
func CheckInput(app *cli.App, faults []bulk.InputError) error {
	notes, faults := bulk.Notes(faults)
	for _, n := range notes {
		app.Warn("%v", n)
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

// ReadRows reads the rows of the file that --from names, and returns an error that lists
// all its faults. Without a file there are none.
func ReadRows[E any](ctx context.Context, app *cli.App, from string, read func([]byte) ([]E, []bulk.InputError)) ([]E, error) {
	if from == "" {
		return nil, nil
	}
	text, err := app.ReadDocument(ctx, "--from", from)
	if err != nil {
		return nil, err
	}
	rows, faults := read(text)
	if err := CheckInput(app, faults); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, exit.Usagef("--from: %s has no rows", from)
	}
	return rows, nil
}
