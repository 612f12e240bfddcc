package user

import (
	"context"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

// one removes one person.
func (in remove) one(ctx context.Context, app *cli.App, session *cli.Session, org string, l leaver) error {
	if l.ID == "" {
		app.Say("There is no user %s.", l.input)
		return nil
	}
	if err := session.Users.Remove(ctx, l.ID); err != nil {
		return fmt.Errorf("remove %s: %w", l.Email, err)
	}
	now, err := session.Users.List(ctx)
	if err != nil {
		return cli.Hint(err, l.Email+" was removed, which could not be verified")
	}
	if stays(now.Users, l.ID) {
		return errStays(l)
	}
	app.Say("Removed %s from %s.", l.Email, org)
	return nil
}

func stays(users []devops.User, id string) bool {
	return slices.ContainsFunc(users, func(u devops.User) bool { return u.ID == id })
}

func errStays(l leaver) error {
	return cli.Failf(cli.Server, "the service says that %s is gone, and still lists it", l.Email)
}

// several removes people and reports what became of each.
func (in remove) several(ctx context.Context, app *cli.App, session *cli.Session, found []leaver) error {
	rows := make([]bulk.Row, len(found))
	for i, l := range found {
		r := bulk.Result{Row: i + 1, Input: l.input, ID: l.ID, Action: "remove"}
		switch {
		case l.twin > 0:
			r.ID = found[l.twin-1].ID
			r = r.Twin(l.twin)
		case l.ID == "":
			r.Action, r.Outcome = unchanged, bulk.Unchanged
		}
		rows[i] = bulk.Row{Result: r, Do: func(ctx context.Context) error { return session.Users.Remove(ctx, l.ID) }}
	}
	if app.Globals.DryRun {
		return app.RehearseRows(ctx, rows)
	}
	results := app.RunRows(ctx, "Removing", rows, nil, nil)
	verify(ctx, app, session, found, results)
	return report(app, results, false)
}

// verify believes the list of who is there rather than the answers.
func verify(ctx context.Context, app *cli.App, session *cli.Session, found []leaver, results []bulk.Result) {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	now, err := session.Users.List(after)
	if err != nil {
		app.Warn("that they are gone could not be verified: %v", err)
		return
	}
	for i := range results {
		r := &results[i]
		switch stays := stays(now.Users, r.ID); {
		case r.Outcome == bulk.OK && stays:
			r.Outcome = bulk.Failed
			r.Exit, r.Error = cli.Explain(errStays(found[i]))
		case (r.Outcome == bulk.Failed || r.Outcome == bulk.Unknown) && !stays:
			r.Outcome, r.Exit, r.Error = bulk.OK, 0, ""
		}
	}
}
