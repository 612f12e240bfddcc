package accesslist

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

// removeAll removes addresses one after the other, for the service keeps the
// list in one piece, and reports what became of each.
func (p place) removeAll(ctx context.Context, app *cli.App, leaving []devops.Address) error {
	rows := make([]bulk.Row, len(leaving))
	for i, a := range leaving {
		rows[i] = bulk.Row{
			Result: bulk.Result{Row: i + 1, Input: a.Address, Action: "remove"},
			Do: func(ctx context.Context) error {
				err := p.session.AccessLists.Remove(ctx, p.id, a.Address)
				if errors.Is(err, devops.ErrNotFound) {
					err = nil // what is not there is gone
				}
				return err
			},
		}
	}
	if app.Globals.DryRun {
		return app.RehearseRows(ctx, rows)
	}
	results := bulk.Run(ctx, rows, bulk.Options{Explain: cli.Explain, Now: app.Now, Limit: 1})
	now, err := p.read(ctx)
	if err != nil {
		app.Warn("that they are gone could not be verified: %v", err)
	}
	for i := range results {
		if r := &results[i]; err == nil && r.Outcome == bulk.OK && stays(now, leaving[i]) {
			r.Outcome = bulk.Failed
			r.Exit, r.Error = cli.Explain(errStays(leaving[i]))
		}
	}
	if err := cli.Print(app, cli.RowColumns(), results, ""); err != nil {
		return err
	}
	return app.RowsVerdict(results, false)
}
