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

// reconcile checks whether a request with a lost response had an effect, also
// after an interrupt. It returns false if that is not visible.
func (c *change) reconcile(ctx context.Context, d devops.Database) (devops.Database, bool) {
	const looks, patience = 3, 15 * time.Second
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for range looks {
		now, err := c.databases.Get(looking, d.ID)
		if err == nil {
			d = now
		}
		if err == nil && (c.Done(now) || c.isStarted(now)) {
			return now, true
		}
		if cli.Pause(looking, time.Second) != nil {
			break
		}
	}
	if !c.Wait || c.isIdle(d) {
		return d, false
	}
	// Some changes are not visible before they are complete.
	c.app.Say("Waiting for an operation on %s to finish, perhaps this one.", d.Name)
	now, err := c.waitIdle(ctx, d)
	return now, err == nil && c.Done(now)
}

// AwaitFree waits until no change of d is in progress. spec is the following
// change.
func AwaitFree(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, spec Spec) (devops.Database, error) {
	return newChange(app, session, spec).waitFree(ctx, d, 0)
}

// waitIdle waits until the service would accept the change.
func (c *change) waitIdle(ctx context.Context, d devops.Database) (devops.Database, error) {
	// Parks: a change follows, so progress does not say how a database becomes active.
	idle := &change{Spec: Spec{Doing: "waiting for " + d.Name, Done: c.isIdle, Parks: true}, app: c.app, databases: c.databases}
	return idle.wait(ctx, d)
}

// waitFree is AwaitFree with an initial pause, used if no change is visible yet.
func (c *change) waitFree(ctx context.Context, d devops.Database, calm time.Duration) (devops.Database, error) {
	now, err := c.databases.Get(ctx, d.ID)
	switch {
	case err != nil:
		now = d
	case c.isStarted(now):
		return now, nil
	case c.isIdle(now):
		err = cli.Pause(ctx, calm)
	default:
		perhaps := ""
		if c.lost {
			perhaps = ", perhaps this one"
		}
		c.app.Say("Waiting for %s on %s to finish%s.", c.otherOperation(), now.Name, perhaps)
		now, err = c.waitIdle(ctx, now)
	}
	_, explained := errors.AsType[*exit.Error](err)
	switch cause := context.Cause(ctx); {
	case err == nil || explained:
		return now, err
	case cause != nil && !isPollError(err):
		state := c.describeNotStarted()
		if !c.isIdle(now) {
			state = c.otherOperation() + " on " + now.Name + " is still running; " + state
		}
		e := &exit.Error{Exit: exit.Classify(cause).Exit, Message: fmt.Sprintf("%v; %s", cause, state), Cause: cause}
		return now, e.WithNext(c.retryCommand())
	}
	return now, exit.Classify(fmt.Errorf("%s: the status of %s is unavailable: %w", c.describeNotStarted(), d.Name, err)).WithNext(c.retryCommand())
}

// isIdle reports whether the service would accept the change.
func (c *change) isIdle(d devops.Database) bool {
	return d.State() != devops.StateChanging || d.IsTerminating() || c.isStarted(d)
}

// otherOperation returns the description of the change in progress.
func (c *change) otherOperation() string {
	if c.lost {
		return "an operation"
	}
	return "another operation"
}

func (c *change) describeNotStarted() string {
	if c.lost {
		return "it is unknown whether " + c.Doing + " was started"
	}
	return c.Doing + " was not started"
}

// errOutcomeUnknown returns the error of a change that may have started. Running the
// command again is safe: it checks the database first.
func (c *change) errOutcomeUnknown(d devops.Database, err error) error {
	hint := "it is unknown whether the service received the request; check, and run the command again if needed"
	if !c.isIdle(d) {
		hint = fmt.Sprintf("it is unknown whether the service received the request; %s is %s, perhaps because of it. Run the command again to wait for it", d.Name, strings.ToLower(d.Status))
	}
	return exit.Hint(fmt.Errorf("%s: %w", c.Doing, err), hint, "astra db get "+d.ID, c.retryCommand())
}

// errStatusUnavailable returns the error of an accepted change whose status is unavailable.
func (c *change) errStatusUnavailable(err error) error {
	return exit.Classify(fmt.Errorf("started %s, but its status is unavailable: %w", c.Doing, err)).WithNext(c.retryCommand())
}

// isGone reports whether err means that d was deleted. For a deleted database,
// the service may also report a missing permission.
func isGone(d devops.Database, err error) bool {
	return errors.Is(err, devops.ErrNotFound) || d.IsTerminating() && errors.Is(err, devops.ErrForbidden)
}
