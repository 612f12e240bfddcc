// Package dbchange changes databases. The service accepts a change at once and
// completes it later: the package sends the request, retries after conflicts
// and lost responses, and waits for completion.
package dbchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
)

// Spec describes a change of a database. The service accepts it at once,
// completes it later, and refuses others until then.
type Spec struct {
	Doing string // the operation, in lower case, such as "parking legacy"
	Again string // flag with which the command succeeds if the change is already complete; "" if it does so anyway
	Next  string // command that continues the change, if not the same one
	Send  func(context.Context) error
	Begun func(devops.Database) bool // the change is in progress; nil if that is not visible
	Done  func(devops.Database) bool
	Wait  bool // until the change is complete
	Parks bool // the change parks the database
	Left  bool // progress shows for how long the command still waits
}

// change is the state of a running Spec.
type change struct {
	Spec
	app       *cli.App
	session   *cli.Session
	databases *devops.DatabaseService
	lost      bool // a request was sent and its response lost
}

// newChange returns a change that is not yet sent.
func newChange(app *cli.App, session *cli.Session, spec Spec) *change {
	return &change{Spec: spec, app: app, session: session, databases: session.Databases}
}

// Run changes d, unless the change is complete or in progress, and waits for it
// if spec says so. It always waits for other changes in progress. It returns
// the final state of the database.
func Run(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, spec Spec) (devops.Database, error) {
	return newChange(app, session, spec).run(ctx, d)
}

func (c *change) run(ctx context.Context, d devops.Database) (devops.Database, error) {
	for conflicts := 0; !c.Done(d) && !c.isStarted(d); {
		if d.IsTerminating() {
			return d, exit.Failf(exit.Conflict, "%s: %s is %s", c.Doing, d.Name, strings.ToLower(d.Status))
		}
		err := c.Send(ctx)
		if err == nil {
			break
		}
		c.lost = c.lost || devops.MaybeApplied(err)
		var arrived bool
		switch {
		case errors.Is(err, devops.ErrConflict) && conflicts < maxConflicts:
			calm, refused := time.Second<<conflicts, err
			conflicts++
			if d, err = c.waitFree(ctx, d, calm); err != nil {
				return d, err
			}
			if WakeHint(c.app, d) != "" && !c.Done(devops.Database{Status: "ACTIVE"}) { // it stays asleep unless this change wakes it
				return d, ExplainConflict(d, fmt.Errorf("%s: %w", c.Doing, refused))
			}
		case errors.Is(err, devops.ErrInvalid):
			// A request repeated after a lost response may be refused because
			// the change is complete.
			now, lookErr := c.databases.Get(ctx, d.ID)
			if lookErr != nil || !c.Done(now) {
				return d, fmt.Errorf("%s: %w", c.Doing, err)
			}
			d = now
		case devops.MaybeApplied(err):
			if d, arrived = c.reconcile(ctx, d); !arrived {
				return d, c.errOutcomeUnknown(d, err)
			}
			c.app.RecordChange()
		case ctx.Err() != nil:
			return d, exit.Hint(fmt.Errorf("%s: %w", c.Doing, err), c.describeNotStarted(), c.retryCommand())
		default:
			return d, ExplainConflict(d, fmt.Errorf("%s: %w", c.Doing, err))
		}
	}
	if !c.Wait {
		return c.reportProgress(ctx, d)
	}
	return c.await(ctx, d)
}

// maxConflicts is the number of retries after a conflict with no change in
// progress.
const maxConflicts = 3

func (c *change) isStarted(d devops.Database) bool { return c.Begun != nil && c.Begun(d) }

// reportProgress reports progress without waiting for completion.
func (c *change) reportProgress(ctx context.Context, d devops.Database) (devops.Database, error) {
	now, err := lookup.Answer(ctx, c.session.Directory, lookup.OneDatabase(d.ID))
	switch {
	case ctx.Err() != nil:
		return d, c.errStillRunning(ctx)
	case isGone(d, err):
		now = d
	case err != nil:
		return d, c.errStatusUnavailable(err)
	}
	if err := c.checkFailed(now, d.Status); err != nil {
		return now, err
	}
	switch hint := WakeHint(c.app, now); {
	case c.Done(now) && hint != "" && !c.Parks:
		c.app.Say("%s.", hint)
	case !c.Done(now):
		c.app.Say("Started %s. To wait for it: %s", c.Doing, c.retryCommand())
	}
	return now, nil
}
