package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

// dryRunRequest is a request that is not sent.
type dryRunRequest struct {
	Method, Path, Permission string
	Body                     any
}

func rehearsedColumns() []output.Column[dryRunRequest] {
	return []output.Column[dryRunRequest]{
		{Key: "method", Value: func(r dryRunRequest) any { return r.Method }},
		{Key: "path", Value: func(r dryRunRequest) any { return r.Path }, Name: true},
		{Key: "permission", Value: func(r dryRunRequest) any { return output.OrNull(r.Permission) }},
		{Key: "body", Value: func(r dryRunRequest) any { return r.Body }},
	}
}

// showRequest writes a request that is not sent to standard output.
func (a *App) showRequest(r devops.Request) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if !humanReadable(options) {
		one := dryRunRequest{r.Method, r.Path, r.Permission, r.Body}
		if a.rehearsed == nil {
			return output.One(a.Out, options, rehearsedColumns(), one)
		}
		*a.rehearsed = append(*a.rehearsed, one)
		return nil
	}
	text := fmt.Sprintf("%s %s\n", r.Method, r.Path)
	if r.Body != nil {
		body, err := json.MarshalIndent(r.Body, "", "  ")
		if err != nil {
			return err
		}
		text += string(body) + "\n"
	}
	if r.Permission != "" {
		text += "needs " + r.Permission + "\n"
	}
	_, err = fmt.Fprint(a.Out, a.Secrets.Redact(text))
	return err
}

// humanReadable reports whether a request is shown as one, not as data of which the
// user chose a format or a part.
func humanReadable(o output.Options) bool {
	format := o.Format == output.Table || o.Format == output.Wide || o.Format == output.TSV
	return format && o.JQ == "" && o.Template == "" && len(o.Columns)+len(o.Filter) == 0 && o.Sort == ""
}

// RehearseAll makes the requests of a dry run, of which there may be several:
// what is for programs is one list, also of one or none.
func (a *App) RehearseAll(ctx context.Context, requests []func(context.Context) error) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	all := []dryRunRequest{}
	a.rehearsed = &all
	for _, request := range requests {
		if err := request(ctx); err != nil && !errors.Is(err, errDone) {
			return err
		}
	}
	if !humanReadable(options) {
		if err := output.List(a.Out, options, rehearsedColumns(), all); err != nil {
			return err
		}
	}
	return errDone
}

// RehearseRows is RehearseAll for the rows that are to be done. It says of every row
// what would become of it, and ends as the run would end if every request succeeds.
func (a *App) RehearseRows(ctx context.Context, rows []bulk.Row) error {
	var requests []func(context.Context) error
	results := make([]bulk.Result, len(rows))
	for i, row := range rows {
		results[i] = row.Result
		if row.Outcome == "" {
			requests = append(requests, row.Do)
			results[i].Outcome = bulk.OK
		}
		a.Say("%s: %s", Sentence(row.Place()), prospect(row.Result, rows))
	}
	a.Say("%s", prospects(results))
	if err := a.RehearseAll(ctx, requests); err != nil && !errors.Is(err, errDone) {
		return err
	}
	if verdict, ok := errors.AsType[*exit.Error](a.BatchError(results, false)); ok {
		verdict.Message = strings.Replace(verdict.Message, " rows failed", " rows would fail", 1)
		verdict.Outcome = exit.OutcomeNone
		return verdict
	}
	return errDone
}

// prospect says what would become of a row.
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
	done := map[string]string{"create": "invited", "resend": "sent the invitation email again", "remove": "removed", "delete": "deleted"}
	text := r.Input + " would be " + cmp.Or(done[r.Action], r.Action)
	if r.As != "" {
		text += " as " + r.As
	}
	return text
}

// prospects sums up what would become of the rows.
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

// Rehearse reports whether this is a dry run, and says what the command would
// change here. What it would send is shown by the request itself.
func (a *App) Rehearse(format string, args ...any) bool {
	if a.Globals.DryRun {
		a.Say("Would "+format+".", args...)
	}
	return a.Globals.DryRun
}
