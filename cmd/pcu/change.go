package pcu

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// change is a change of a group. The service accepts it at once and may complete
// it later.
type change struct {
	doing, done string // such as "parking batch" and "Parked batch"
	again       string // flag with which the command succeeds if the change is already complete; "" if it does so anyway
	send        func(context.Context) error
	look        func(context.Context) (state, error)
	waits, wait bool // the command has --wait, and has it set
}

// state is the state of a group or database with regard to a change.
type state struct {
	status   string
	begun    bool // in progress or complete
	complete bool
}

// looks and patience limit the reads that verify a change.
const (
	looks    = 3
	patience = 15 * time.Second
)

// run sends the change and verifies that it began: a success alone, or the loss
// of a response, proves nothing.
func (c change) run(ctx context.Context, app *cli.App) error {
	lost := c.send(ctx)
	if lost != nil && !devops.MaybeApplied(lost) {
		return fmt.Errorf("%s: %w", c.doing, lost)
	}
	now, err := c.verify(ctx)
	switch {
	case err == nil && now.begun:
		app.RecordChange()
	case lost != nil:
		return exit.Hint(fmt.Errorf("%s: %w", c.doing, lost), "it is unknown whether the service received the request; run the command again, which checks first", c.retryCommand(app))
	case err != nil:
		return c.errStatusUnavailable(app, err)
	default:
		return exit.Failf(exit.Server, "%s: the API accepted the request, but does not show the change", c.doing)
	}
	return c.finish(ctx, app, now)
}

// finish waits for a change that began, if it should.
func (c change) finish(ctx context.Context, app *cli.App, now state) error {
	if !now.complete && c.wait {
		return c.await(ctx, app, now)
	}
	if !now.complete {
		app.Say("Started %s. To wait for it: %s", c.doing, c.retryCommand(app))
		return nil
	}
	app.Say("%s.", c.done)
	return nil
}

// verify looks until the change shows, also after an interrupt, for a limited
// time.
func (c change) verify(ctx context.Context) (now state, err error) {
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for i := range looks {
		if i > 0 && cli.Pause(looking, time.Second) != nil {
			break
		}
		if now, err = c.look(looking); err == nil && now.begun {
			break
		}
	}
	return now, err
}

// await waits until the change is complete.
func (c change) await(ctx context.Context, app *cli.App, now state) error {
	begin := app.Now()
	status := ""
	for !now.complete {
		if now.status != status {
			status = now.status
			app.Say("%s: %s.", cli.Capitalize(c.doing), strings.ToLower(status))
		}
		if cli.Pause(ctx, dbchange.PollInterval(app.Now().Sub(begin))) != nil {
			return c.errStillRunning(ctx, app)
		}
		next, err := c.look(ctx)
		switch {
		case ctx.Err() != nil:
			return c.errStillRunning(ctx, app)
		case err == nil:
			now = next
		case !dbchange.IsTemporary(err):
			return c.errStatusUnavailable(app, err)
		}
	}
	app.Say("%s (%s).", c.done, app.Now().Sub(begin).Round(time.Second))
	return nil
}

// errStillRunning returns the error of an ended wait for a change that continues.
func (c change) errStillRunning(ctx context.Context, app *cli.App) error {
	cause := context.Cause(ctx)
	e := &exit.Error{Exit: exit.Classify(cause).Exit, Message: fmt.Sprintf("%v; %s continues in the service", cause, c.doing), Cause: cause}
	return e.WithHint("to wait for it, run the command again").WithNext(c.retryCommand(app))
}

// errStatusUnavailable returns the error of an accepted change whose status is
// unavailable.
func (c change) errStatusUnavailable(app *cli.App, err error) error {
	return exit.Classify(fmt.Errorf("started %s, but its status is unavailable: %w", c.doing, err)).WithNext(c.retryCommand(app))
}

// retryCommand returns the same command, which finds the change in progress or
// complete, and waits.
func (c change) retryCommand(app *cli.App) string {
	var flags []string
	for _, flag := range []string{c.again, "--wait"} {
		if flag != "" && !slices.Contains(app.Args, flag) && (flag != "--wait" || c.waits) {
			flags = append(flags, flag)
		}
	}
	return app.Repeat(flags...)
}
