package bulkcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

// DryRun shows the requests of rows, says of every row what would happen, and ends as
// the run would end if every request succeeded.
func DryRun(ctx context.Context, app *cli.App, rows []bulk.Row) error {
	var requests []func(context.Context) error
	results := make([]bulk.Result, len(rows))
	for i, row := range rows {
		results[i] = row.Result
		if row.Outcome == "" {
			requests = append(requests, row.Do)
			results[i].Outcome = bulk.OK
		}
		app.Say("%s: %s", cli.Capitalize(row.Place()), prospect(row.Result, rows))
	}
	app.Say("%s", prospects(results))
	if err := app.DryRun(ctx, requests); err != nil && !errors.Is(err, exit.ErrDone) {
		return err
	}
	if verdict, ok := errors.AsType[*exit.Error](Summarize(app, results, false)); ok {
		verdict.Message = strings.Replace(verdict.Message, " rows failed", " rows would fail", 1)
		verdict.Outcome = exit.OutcomeNone
		return verdict
	}
	return exit.ErrDone
}

// prospect says what would happen to a row.
func prospect(r bulk.Result, rows []bulk.Row) string {
	switch {
	case r.IsDuplicate() && r.SameAs <= len(rows):
		return r.Input + " is the same as " + rows[r.SameAs-1].Place()
	case r.IsDuplicate():
		return r.Input + " is the " + r.Action
	case r.Outcome == bulk.OK:
		return r.Input + " was done by an earlier run"
	case r.Outcome == bulk.Unchanged:
		return r.Input + " would stay as it is"
	case r.Outcome != "":
		return fmt.Sprintf("%s would fail with status %d: %s", r.Input, r.Exit, r.Error)
	}
	done := map[string]string{"create": "invited", "resend": "sent the invitation email again", "remove": "removed", "delete": "deleted", "update": "updated"}
	text := r.Input + " would be " + cmp.Or(r.Past, done[r.Action], r.Action)
	if r.As != "" {
		text += " as " + r.As
	}
	return text
}

// prospects sums up what would happen to the rows.
func prospects(results []bulk.Result) string {
	var done, same, unchanged, failed int
	for _, r := range results {
		switch {
		case r.IsDuplicate():
			same++
		case r.Outcome == bulk.OK:
			done++
		case r.Outcome == bulk.Unchanged:
			unchanged++
		default:
			failed++
		}
	}
	text := fmt.Sprintf("Total: %d would be done, %d unchanged, %d would fail", done, unchanged, failed)
	if same > 0 {
		text += fmt.Sprintf("; %d duplicates merged", same)
	}
	if same == 1 {
		text = strings.Replace(text, "1 duplicates", "1 duplicate", 1)
	}
	return text + "."
}
