package db

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/spelling"
)

// findExisting returns an existing database of the same name that replaces a
// new one: with --if-not-exists, or because this command has started to create
// it. Any other database of that name is an error.
func (in create) findExisting(existing []devops.Database) (devops.Database, bool, error) {
	var same []devops.Database
	var states []string
	for _, d := range existing {
		if spelling.SameName(d.Name, in.Name) && !d.IsTerminating() {
			same, states = append(same, d), append(states, d.ID+" is "+strings.ToLower(d.Status))
		}
	}
	if in.duplicate || len(same) == 0 {
		return devops.Database{}, false, nil
	}
	ours := len(same) == 1 && in.matches(same[0]) && same[0].State() != devops.StateFailed
	if ours && (in.ifNotExists || in.wait && same[0].IsCreating()) {
		return same[0], true, nil
	}
	e := exit.Failf(exit.Conflict, "database %s already exists: %s", in.Name, strings.Join(states, ", ")).
		WithHint("use --allow-duplicate to create another database with that name").WithNext("astra db get " + same[0].ID)
	switch {
	case ours && same[0].IsCreating():
		e.Hint = "use --wait to wait for it, or " + e.Hint
	case !ours && in.ifNotExists:
		e.Hint = "it differs from the requested database; " + e.Hint
	}
	return devops.Database{}, false, e
}

// warnAlike warns about databases whose names look like the new one.
func (in create) warnAlike(app *cli.App, existing []devops.Database) {
	for _, d := range existing {
		if !d.IsTerminating() {
			lookup.WarnAlike(app.Warn, "database", in.Name, d.Name)
		}
	}
}

// matches reports whether a database has the requested settings.
func (in create) matches(d devops.Database) bool {
	return d.Type == in.Type && strings.EqualFold(d.Cloud, in.Cloud) && d.Region == in.Region &&
		(in.Keyspace == "" || in.Keyspace == d.Keyspace) && (in.Tier == "" || in.Tier == d.Tier)
}

// warnDuplicateName warns about another database of this name that was created
// concurrently: the service accepts both, and neither command sees the other's.
// now is the list after the creation; nil fetches it. Errors are ignored: the
// database exists.
func (in create) warnDuplicateName(ctx context.Context, app *cli.App, session *cli.Session, created devops.Database, now []devops.Database) {
	const patience = 5 * time.Second
	if now == nil {
		looking, cancel := context.WithTimeout(devops.WithoutRateLimitRetry(ctx), patience)
		defer cancel()
		var err error
		if now, err = devops.Collect(session.Databases.All(looking, "")); err != nil {
			app.Verbosef("checking for another new %s failed: %v", in.Name, err)
			return
		}
	}
	for _, d := range now {
		if d.ID == created.ID {
			created.CreatedAt = d.CreatedAt
		}
	}
	for _, d := range now {
		if d.ID != created.ID && spelling.SameName(d.Name, in.Name) && !d.IsTerminating() {
			app.Warn("two databases are named %s: %s is new, and another client created %s at the same time. To delete the later one: %s",
				in.Name, created.ID, d.ID, app.Command("astra db delete "+newerID(created, d)))
		}
	}
}

// newerID returns the ID of the database that was created later, so that all
// users who get the warning delete the same one.
func newerID(a, b devops.Database) string {
	if c := cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)); c > 0 {
		return a.ID
	}
	return b.ID
}
