package dbchange

import (
	"context"
	"errors"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// WakeHint says how a parked or hibernated database becomes active. It is empty for
// others.
func WakeHint(app *cli.App, d devops.Database) string {
	switch d.Status {
	case "HIBERNATED":
		return d.Name + " exists and is hibernated; to use it: " + app.Command(WakeCommand(d))
	case "PARKED":
		return d.Name + " exists and is parked; to use it: " + app.Command("astra db unpark "+shellword.Quote(d.Name)+" --wait")
	}
	return ""
}

// ExplainConflict adds to a refusal by a parked or hibernated database how it becomes
// active.
func ExplainConflict(d devops.Database, err error) error {
	if !errors.Is(err, devops.ErrConflict) {
		return err
	}
	name := shellword.Quote(d.Name)
	switch d.Status {
	case "PARKED":
		return exit.Hint(err, d.Name+" is parked", "astra db unpark "+name+" --wait")
	case "HIBERNATED":
		return exit.Hint(err, d.Name+" is hibernated", WakeCommand(d))
	}
	return err
}

// WakeCommand returns the command that wakes a hibernated database.
func WakeCommand(d devops.Database) string {
	return "astra db wake " + shellword.Quote(d.Name) + " --wait"
}

// SayHibernated says of a hibernated database that it is, and how to wake it.
func SayHibernated(app *cli.App, d devops.Database) {
	if d.Status == "HIBERNATED" {
		app.Say("%s is hibernated. To wake it: %s", d.Name, app.Command(WakeCommand(d)))
	}
}

// VerifyResume verifies that a database is no longer hibernated after the
// request that wakes it. The service may show it late.
func VerifyResume(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database) error {
	const looks = 15
	for range looks {
		now, err := session.Databases.Get(ctx, d.ID)
		if err != nil || now.Status != "HIBERNATED" {
			return nil //nolint:nilerr // the caller reads the status again and reports its error
		}
		if cli.Pause(ctx, time.Second) != nil {
			return nil //nolint:nilerr // the caller reports the end of ctx
		}
	}
	return exit.Failf(exit.Server, "the data host of %s accepted the request, but %s is still hibernated", d.Name, d.Name).
		WithHint("databases of a parked PCU group stay hibernated").WithNext(app.Repeat(), "astra pcu list")
}
