package dbchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// await waits until the change is done, and reports its progress. If the time limit
// or an interrupt ends the wait, the change continues, and the error says how to
// wait again.
func (c *change) await(ctx context.Context, d devops.Database) (devops.Database, error) {
	d, err := c.wait(ctx, d)
	_, told := errors.AsType[*exit.Error](err)
	switch {
	case err == nil || told:
		return d, err
	case ctx.Err() != nil && !isBlind(err):
		return d, c.left(ctx)
	}
	return d, c.unseen(err)
}

// A blindError is the end of a wait at its time limit during which the last look
// failed: why says more than the limit.
type blindError struct{ why, limit error }

func (e *blindError) Error() string { return fmt.Sprintf("%v; %v", e.why, e.limit) }

func (e *blindError) Unwrap() error { return e.why }

func isBlind(err error) bool {
	_, blind := errors.AsType[*blindError](err)
	return blind
}

// ended is the end of a wait by ctx; blind is why the last look failed, if it did.
func ended(ctx context.Context, blind error) error {
	cause := context.Cause(ctx)
	if blind != nil && errors.Is(cause, context.DeadlineExceeded) {
		return &blindError{blind, cause}
	}
	return cause
}

// wait is await without words for a look that fails: its error is that of the
// look, or of ctx.
func (c *change) wait(ctx context.Context, d devops.Database) (devops.Database, error) {
	before := d.Status
	var blind error
	told := newProgress(c.app, c.Doing)
	defer told.clear()
	for {
		now, err := c.databases.Get(ctx, d.ID)
		switch {
		case ctx.Err() != nil:
			return d, ended(ctx, blind)
		case err == nil:
			d, blind = now, nil
			told.seen()
		case isGone(d, err):
			if !d.IsCreating() { // one that is new may not show at once
				d.Status = "TERMINATED"
			}
		case passing(err):
			blind = err
			told.blind(err)
		default:
			return d, err
		}
		if err == nil || d.IsTerminating() {
			if c.Done(d) {
				told.end(d, c.Parks)
				return d, nil
			}
			if err := c.failed(d, before); err != nil {
				return d, err
			}
		}
		told.tell(d)
		if told.pause(ctx) != nil {
			return d, ended(ctx, blind)
		}
	}
}

// passing reports whether an error of a look may be gone at the next one.
func passing(err error) bool {
	return slices.ContainsFunc([]error{devops.ErrNetwork, devops.ErrServer, devops.ErrRateLimited}, func(kind error) bool { return errors.Is(err, kind) })
}

// failed reports a status from which the change will not come to its end. The
// one before the change may still show for a moment.
func (c *change) failed(d devops.Database, before string) error {
	switch {
	case d.Status == before:
		return nil
	case d.State() == devops.StateFailed:
		return exit.Failf(exit.Server, "%s: the service reports %s as %s", c.Doing, d.Name, strings.ToLower(d.Status)).
			WithHint("the operation may never finish; check the Portal or ask DataStax support").WithNext("astra db get " + d.ID)
	case d.IsTerminating() && !c.Done(devops.Database{Status: "TERMINATED"}):
		return exit.Failf(exit.Conflict, "%s: %s is now %s", c.Doing, d.Name, strings.ToLower(d.Status))
	}
	return nil
}

// left is the end of the wait for a change that goes on.
func (c *change) left(ctx context.Context) error {
	cause := context.Cause(ctx)
	e := &exit.Error{Exit: exit.Classify(cause).Exit, Message: fmt.Sprintf("%v; %s continues in the service", cause, c.Doing), Cause: cause}
	return e.WithHint("to wait for it, run the command again").WithNext(c.again())
}

// again is the command that goes on with the change: the same one, which finds
// it under way, or done. A time limit that was given is left out: it may be what
// was too short.
func (c *change) again() string {
	if c.Next != "" {
		return c.app.Command(c.Next)
	}
	var flags []string
	for _, flag := range []string{c.Again, "--wait"} {
		if flag != "" && !slices.Contains(c.app.Args, flag) {
			flags = append(flags, flag)
		}
	}
	return c.app.Repeat(flags...)
}
