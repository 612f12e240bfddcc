// Package dbchange makes changes of databases, which the service accepts at once and
// makes in its own time: it sends them, resumes after conflicts and lost answers, and
// waits for their end.
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
)

// Spec describes a change of a database. The service accepts it at once, makes it
// in its own time, and refuses others until it is done.
type Spec struct {
	Doing string // the operation, in lower case, such as "parking legacy"
	Again string // the flag by which the command succeeds when it is done already; "" if it does so anyway
	Next  string // the command that goes on with it, where that is another one
	Send  func(context.Context) error
	Begun func(devops.Database) bool // it is under way; nil where that does not show
	Done  func(devops.Database) bool
	Wait  bool // until it is done
	Parks bool // done is parked
}

// change is a Spec that is being carried out.
type change struct {
	Spec
	app       *cli.App
	session   *cli.Session
	databases *devops.DatabaseService
	lost      bool // a request was sent and not clearly answered
}

// newChange returns a change that was not sent yet.
func newChange(app *cli.App, session *cli.Session, spec Spec) *change {
	return &change{Spec: spec, app: app, session: session, databases: session.Databases}
}

// Run makes the change of d, unless it was made or begun before, and waits for it
// if spec says so. It always waits for another change that is in progress. It
// returns the database as it is afterwards.
func Run(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, spec Spec) (devops.Database, error) {
	return newChange(app, session, spec).run(ctx, d)
}

func (c *change) run(ctx context.Context, d devops.Database) (devops.Database, error) {
	for conflicts := 0; !c.Done(d) && !c.begun(d); {
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
			if d, err = c.free(ctx, d, calm); err != nil {
				return d, err
			}
			if c.app.Asleep(d) != "" && !c.Done(devops.Database{Status: "ACTIVE"}) { // and stays so, unless this wakes it
				return d, c.session.Awake(d, fmt.Errorf("%s: %w", c.Doing, refused))
			}
		case errors.Is(err, devops.ErrInvalid):
			// It may have been sent again after a lost answer, and be refused
			// because it is so already.
			now, lookErr := c.databases.Get(ctx, d.ID)
			if lookErr != nil || !c.Done(now) {
				return d, fmt.Errorf("%s: %w", c.Doing, err)
			}
			d = now
		case devops.MaybeApplied(err):
			if d, arrived = c.reconcile(ctx, d); !arrived {
				return d, c.unknown(d, err)
			}
			c.app.Changed()
		case ctx.Err() != nil:
			return d, exit.Hint(fmt.Errorf("%s: %w", c.Doing, err), c.unbegun(), c.again())
		default:
			return d, c.session.Awake(d, fmt.Errorf("%s: %w", c.Doing, err))
		}
	}
	if !c.Wait {
		return c.look(ctx, d)
	}
	return c.await(ctx, d)
}

// maxConflicts is how often a change is sent again to a database that is free,
// and refused as in conflict all the same.
const maxConflicts = 3

func (c *change) begun(d devops.Database) bool { return c.Begun != nil && c.Begun(d) }

// look reports the progress of a change without waiting for its end.
func (c *change) look(ctx context.Context, d devops.Database) (devops.Database, error) {
	now, err := c.databases.Get(ctx, d.ID)
	switch {
	case ctx.Err() != nil:
		return d, c.left(ctx)
	case isGone(d, err):
		now = d
	case err != nil:
		return d, c.unseen(err)
	}
	if err := c.failed(now, d.Status); err != nil {
		return now, err
	}
	switch asleep := c.app.Asleep(now); {
	case c.Done(now) && asleep != "" && !c.Parks:
		c.app.Say("%s.", asleep)
	case !c.Done(now):
		c.app.Say("Started %s. To wait for it: %s", c.Doing, c.again())
	}
	return now, nil
}
