package dbchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// await waits until the change is complete, and reports its progress. After a
// timeout or an interrupt the change continues, and the error has the command
// that waits again.
func (c *change) await(ctx context.Context, d devops.Database) (devops.Database, error) {
	d, err := c.wait(ctx, d)
	_, explained := errors.AsType[*exit.Error](err)
	switch {
	case err == nil || explained:
		return d, err
	case ctx.Err() != nil && !isPollError(err):
		return d, c.errStillRunning(ctx)
	}
	return d, c.errStatusUnavailable(err)
}

// pollError reports a timeout after a failed poll, with the cause of the
// failure.
type pollError struct{ why, limit error }

func (e *pollError) Error() string { return fmt.Sprintf("%v; %v", e.why, e.limit) }

func (e *pollError) Unwrap() error { return e.why }

func isPollError(err error) bool {
	_, blind := errors.AsType[*pollError](err)
	return blind
}

// waitError returns the error of a wait ended by ctx; blind is the error of the
// last poll, if any.
func waitError(ctx context.Context, blind error) error {
	cause := context.Cause(ctx)
	if blind != nil && errors.Is(cause, context.DeadlineExceeded) {
		return &pollError{blind, cause}
	}
	return cause
}

// PollInterval returns the pause before the next poll: a quarter of the time that the
// wait has taken.
func PollInterval(elapsed time.Duration) time.Duration {
	return min(max(elapsed/4, 200*time.Millisecond), 10*time.Second)
}

// wait is await without a message for failed polls: it returns their error, or
// that of ctx.
func (c *change) wait(ctx context.Context, d devops.Database) (devops.Database, error) {
	before := d.Status
	var blind error
	explained := newProgress(c.app, c.Doing)
	if limit, ok := ctx.Deadline(); ok && c.Left {
		explained.limit = limit
	}
	defer explained.clear()
	for {
		now, err := c.databases.Get(ctx, d.ID)
		switch {
		case ctx.Err() != nil:
			return d, waitError(ctx, blind)
		case err == nil:
			d, blind = now, nil
			explained.clearUnavailable()
		case isGone(d, err):
			if !d.IsCreating() { // a new database may not be visible at once
				d.Status = "TERMINATED"
			}
		case IsTemporary(err):
			blind = err
			explained.warnUnavailable(err)
		default:
			return d, err
		}
		if err == nil || d.IsTerminating() {
			if c.Done(d) {
				explained.end(d, c.Parks)
				return d, nil
			}
			if err := c.checkFailed(d, before); err != nil {
				return d, err
			}
		}
		explained.report(d)
		if explained.pause(ctx) != nil {
			return d, waitError(ctx, blind)
		}
	}
}

// IsTemporary reports whether the error of a poll may be temporary.
func IsTemporary(err error) bool {
	return slices.ContainsFunc([]error{devops.ErrNetwork, devops.ErrServer, devops.ErrRateLimited}, func(kind error) bool { return errors.Is(err, kind) })
}

// checkFailed returns an error for a status from which the change cannot complete.
// The previous status may remain visible briefly.
func (c *change) checkFailed(d devops.Database, before string) error {
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

// errStillRunning returns the error of an ended wait for a change that continues.
func (c *change) errStillRunning(ctx context.Context) error {
	cause := context.Cause(ctx)
	e := &exit.Error{Exit: exit.Classify(cause).Exit, Message: fmt.Sprintf("%v; %s continues in the service", cause, c.Doing), Cause: cause}
	return e.WithHint("to wait for it, run the command again").WithNext(c.retryCommand())
}

// retryCommand returns the command that resumes waiting: the same one, which finds the
// change in progress or complete. It omits --timeout, which may have been too
// short.
func (c *change) retryCommand() string {
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
