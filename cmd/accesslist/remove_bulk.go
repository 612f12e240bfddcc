package accesslist

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// removeAll removes addresses one at a time, since each request changes the whole list,
// and prints the result of each row.
func (p target) removeAll(ctx context.Context, app *cli.App, networks []bulk.Network, before devops.AccessList) error {
	rows, entries := make([]bulk.Row, len(networks)), make([]devops.Address, len(networks))
	for i, n := range networks {
		a, found := find(before, n)
		r := bulk.Result{Row: i + 1, Input: a.Address, Action: "remove", Line: n.Line}
		if !found {
			r.Input, r.Action, r.Outcome = n.Prefix.String(), string(bulk.Unchanged), bulk.Unchanged
		} else if first := slices.Index(entries, a); first >= 0 {
			r = r.DuplicateOf(first + 1)
		}
		entries[i] = a
		rows[i] = bulk.Row{Result: r, Do: func(ctx context.Context) error {
			err := p.session.AccessLists.Remove(ctx, p.id, a.Address)
			if errors.Is(err, devops.ErrNotFound) {
				err = nil // it is no longer on the list
			}
			return err
		}}
	}
	if app.Globals.DryRun {
		return bulkcmd.DryRun(ctx, app, rows)
	}
	results := bulkcmd.RunInOrder(ctx, app, "Removing", rows, func(ctx context.Context, rows []int) ([]bulk.Verdict, error) {
		now, err := p.read(ctx)
		verdicts := make([]bulk.Verdict, len(rows))
		for n, i := range rows {
			verdicts[n] = bulk.Happened
			if isListed(now, entries[i]) {
				verdicts[n] = bulk.DidNotHappen
			}
		}
		return verdicts, err
	})
	now, err := p.read(ctx)
	if err != nil {
		app.Warn("the removals could not be verified: %v", err)
	}
	for i := range results {
		if r := &results[i]; err == nil && r.Outcome == bulk.OK && isListed(now, entries[i]) {
			r.Outcome = bulk.Failed
			r.Exit, r.Error = exit.Explain(cli.StillListedError(entries[i].Address))
		}
	}
	if err := cli.Print(app, bulkcmd.Columns(), results, ""); err != nil {
		return err
	}
	return bulkcmd.HintRepeat(app, results, bulkcmd.Summarize(app, results, false), "--if-exists")
}
