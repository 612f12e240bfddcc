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

// reconcile looks whether a request whose answer was lost did something, also for a
// command that was interrupted. It reports false if that does not show.
func (c *change) reconcile(ctx context.Context, d devops.Database) (devops.Database, bool) {
	const looks, patience = 3, 15 * time.Second
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for range looks {
		now, err := c.databases.Get(looking, d.ID)
		if err == nil {
			d = now
		}
		if err == nil && (c.Done(now) || c.begun(now)) {
			return now, true
		}
		if cli.Pause(looking, time.Second) != nil {
			break
		}
	}
	if !c.Wait || c.idle(d) {
		return d, false
	}
	// Of some changes nothing shows before they are done.
	c.app.Say("Waiting for an operation on %s to finish, perhaps this one.", d.Name)
	now, err := c.waitIdle(ctx, d)
	return now, err == nil && c.Done(now)
}

// AwaitFree waits until no change of d is in progress, for what shows only then.
// spec is the change that comes afterwards.
func AwaitFree(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, spec Spec) (devops.Database, error) {
	return newChange(app, session, spec).free(ctx, d, 0)
}

// waitIdle waits until the service would take the change.
func (c *change) waitIdle(ctx context.Context, d devops.Database) (devops.Database, error) {
	idle := &change{Spec: Spec{Doing: "waiting for " + d.Name, Done: c.idle}, app: c.app, session: c.session, databases: c.databases}
	return idle.wait(ctx, d)
}

// free is AwaitFree with a pause, which is made if no change is under way: whatever
// the service was busy with does not show then.
func (c *change) free(ctx context.Context, d devops.Database, calm time.Duration) (devops.Database, error) {
	now, err := c.databases.Get(ctx, d.ID)
	switch {
	case err != nil:
		now = d
	case c.begun(now):
		return now, nil
	case c.idle(now):
		err = cli.Pause(ctx, calm)
	default:
		perhaps := ""
		if c.lost {
			perhaps = ", perhaps this one"
		}
		c.app.Say("Waiting for %s on %s to finish%s.", c.other(), now.Name, perhaps)
		now, err = c.waitIdle(ctx, now)
	}
	_, told := errors.AsType[*exit.Error](err)
	switch cause := context.Cause(ctx); {
	case err == nil || told:
		return now, err
	case cause != nil && !isBlind(err):
		state := c.unbegun()
		if !c.idle(now) {
			state = c.other() + " on " + now.Name + " is still running; " + state
		}
		e := &exit.Error{Exit: exit.Classify(cause).Exit, Message: fmt.Sprintf("%v; %s", cause, state), Cause: cause}
		return now, e.WithNext(c.again())
	}
	return now, exit.Classify(fmt.Errorf("%s: the status of %s is unavailable: %w", c.unbegun(), d.Name, err)).WithNext(c.again())
}

// idle reports whether the service would take the change.
func (c *change) idle(d devops.Database) bool {
	return d.State() != devops.StateChanging || d.IsTerminating() || c.begun(d)
}

// other is what keeps the database busy.
func (c *change) other() string {
	if c.lost {
		return "an operation"
	}
	return "another operation"
}

func (c *change) unbegun() string {
	if c.lost {
		return "it is unknown whether " + c.Doing + " was started"
	}
	return c.Doing + " was not started"
}

// unknown is the error of a change that may or may not have started. Running the
// command again is safe: it checks the database first.
func (c *change) unknown(d devops.Database, err error) error {
	hint := "it is unknown whether the service received the request; check, and run the command again if needed"
	if !c.idle(d) {
		hint = fmt.Sprintf("it is unknown whether the service received the request; %s is %s, perhaps because of it. Run the command again to wait for it", d.Name, strings.ToLower(d.Status))
	}
	return exit.Hint(fmt.Errorf("%s: %w", c.Doing, err), hint, "astra db get "+d.ID, c.again())
}

// unseen is the failure of a look at a change that was accepted.
func (c *change) unseen(err error) error {
	return exit.Classify(fmt.Errorf("started %s, but its status is unavailable: %w", c.Doing, err)).WithNext(c.again())
}

// isGone reports whether a look at d failed because it is deleted: the
// permission for what is no more may be missing, too.
func isGone(d devops.Database, err error) bool {
	return errors.Is(err, devops.ErrNotFound) || d.IsTerminating() && errors.Is(err, devops.ErrForbidden)
}
