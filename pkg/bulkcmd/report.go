package bulkcmd

import (
	"errors"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Columns returns the columns of a report on rows.
func Columns() []output.Column[bulk.Result] {
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

// PrintOne prints the report on a command with one row, as for several, and returns
// failure, the reason why the row failed.
func PrintOne(app *cli.App, r bulk.Result, failure error) error {
	if failure != nil {
		r.Exit, r.Error = exit.Explain(failure)
		r.Outcome = bulk.Failed
		if exit.Code(r.Exit) == exit.Unknown {
			r.Outcome = bulk.Unknown
		}
	}
	if err := cli.Print(app, Columns(), []bulk.Result{r}, ""); err != nil {
		return errors.Join(failure, err)
	}
	return failure
}

// PrintAbsent prints the row of an object that --if-exists allows not to exist, where a
// document is to be printed. It is for commands that print no row otherwise.
func PrintAbsent(app *cli.App, input string) error {
	if !cli.WantsDocument(app) {
		return nil
	}
	return PrintOne(app, bulk.Result{Row: 1, Input: input, Action: string(bulk.Unchanged), Outcome: bulk.Unchanged}, nil)
}

// Summarize returns the error with which a command of several rows ends: nil; one with
// the status of the failure, if all rows failed alike; an interruption; or one with
// status 9.
func Summarize(app *cli.App, results []bulk.Result, resumable bool) error {
	results = slices.DeleteFunc(slices.Clone(results), bulk.Result.IsDuplicate) // they were merged with others
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
	case counts[bulk.OK] > 0 || slices.ContainsFunc(failed, func(r bulk.Result) bool { return exit.Code(r.Exit) == exit.SomeFailed }):
		e.Outcome = exit.OutcomePartial
	case counts[bulk.Unknown] > 0:
		e.Outcome = exit.OutcomeUnknown
	}
	if resumable {
		e = e.WithHint("--resume completes the remaining rows").WithNext(resumeCommand(app))
	}
	return e
}

// tally says how many rows failed or were not started, and why the first one failed.
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

// resumeCommand returns the command line that resumes an interrupted run.
func resumeCommand(app *cli.App) string {
	if slices.Contains(app.Args, "--resume") {
		return app.WithFlag("")
	}
	return app.WithFlag("--resume")
}

// HintRepeat adds to the failure of an interrupted run the command that does the rest. It
// is for rows that may be sent again, with a flag that accepts those that are done.
func HintRepeat(app *cli.App, results []bulk.Result, failure error, flag string) error {
	e, ok := errors.AsType[*exit.Error](failure)
	if !ok || !slices.ContainsFunc(results, func(r bulk.Result) bool { return r.Outcome == bulk.NotStarted || r.Outcome == bulk.Unknown }) {
		return failure
	}
	if slices.Contains(app.Args, flag) {
		flag = ""
	}
	return e.WithHint("run the command again to complete the remaining rows").WithNext(app.Repeat(flag))
}
