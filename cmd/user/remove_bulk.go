package user

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/shellword"
)

// one removes one person.
func (in removeCmd) one(ctx context.Context, app *cli.App, session *cli.Session, org string, members cli.Listed, l removal) error {
	row := bulk.Result{Row: 1, Input: l.input, ID: l.ID, Action: "remove", Outcome: bulk.OK}
	if l.ID == "" {
		app.Say("There is no user %s.", l.input)
		row.Action, row.Outcome = unchanged, bulk.Unchanged
		return app.PrintRow(row, nil)
	}
	deleted := session.Users.Remove(ctx, l.ID)
	if app.Globals.DryRun {
		return deleted
	}
	if err := members.ProveOne(ctx, l.ID, deleted, cli.StillListed(l.Email)); err != nil {
		return app.PrintRow(row, fmt.Errorf("remove %s: %w", l.Email, err))
	}
	app.Say("Removed %s from %s.", l.Email, org)
	if status(l.User) != "pending" {
		tellTokens(app, l.Email, l.User)
	}
	return app.PrintRow(row, nil)
}

// tellTokens says that tokens outlive the people who generated them. Such a token has
// roles that its person had.
func tellTokens(app *cli.App, whose string, people ...devops.User) {
	var names []string
	for _, u := range people {
		for _, r := range refs(u) {
			if name := regexp.QuoteMeta(r.Name); r.Name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	command := "astra token list"
	if len(names) > 0 {
		command += " --filter " + shellword.Quote("roles~"+strings.Join(names, "|"))
	}
	app.Say("Tokens that %s generated still work, and the service does not record who generated a token. To look for them: %s", whose, app.Command(command))
}

// listed is the list of members, which showed these before.
func listed(session *cli.Session, before devops.Members) cli.Listed {
	ids := func(users []devops.User) []string {
		all := make([]string, 0, len(users))
		for _, u := range users {
			all = append(all, u.ID)
		}
		return all
	}
	return cli.Listed{Before: ids(before.Users), List: func(ctx context.Context) ([]string, error) {
		now, err := session.Users.List(ctx)
		return ids(now.Users), err
	}}
}

// several removes people and reports what became of each.
func (in removeCmd) several(ctx context.Context, app *cli.App, session *cli.Session, members cli.Listed, found []removal) error {
	rows := make([]bulk.Row, len(found))
	for i, l := range found {
		r := bulk.Result{Row: i + 1, Input: l.input, ID: l.ID, Action: "remove"}
		switch {
		case l.twin > 0:
			r.ID = found[l.twin-1].ID
			r = r.DuplicateOf(l.twin)
		case l.ID == "":
			r.Action, r.Outcome = unchanged, bulk.Unchanged
		}
		rows[i] = bulk.Row{Result: r, Do: func(ctx context.Context) error { return session.Users.Remove(ctx, l.ID) }}
	}
	if app.Globals.DryRun {
		return app.RehearseRows(ctx, rows)
	}
	results := app.RunRows(ctx, "Removing", rows, nil, nil)
	members.ProveRows(ctx, rows, results, func(row int) error { return cli.StillListed(found[row].Email) })
	failure := report(app, results, false)
	var gone []devops.User
	for i, r := range results {
		if r.Outcome == bulk.OK && status(found[i].User) != "pending" {
			gone = append(gone, found[i].User)
		}
	}
	if len(gone) > 0 {
		tellTokens(app, "these people", gone...)
	}
	return failure
}
