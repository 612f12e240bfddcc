package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// settle looks whether a request whose answer was lost did something, also for a
// command that was interrupted. It reports false if that does not show.
func (s *Session) settle(ctx context.Context, d devops.Database, c Change) (devops.Database, bool) {
	const looks, patience = 3, 15 * time.Second
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for range looks {
		now, err := s.Databases.Get(looking, d.ID)
		if err == nil {
			d = now
		}
		if err == nil && (c.Done(now) || c.begun(now)) {
			return now, true
		}
		if Pause(looking, time.Second) != nil {
			break
		}
	}
	if !c.Wait || c.idle(d) {
		return d, false
	}
	// Of some changes nothing shows before they are done.
	s.app.Say("A change of %s is under way, perhaps this one.", d.Name)
	now, err := s.wait(ctx, d, Change{Doing: "waiting for " + d.Name, Done: c.idle})
	return now, err == nil && c.Done(now)
}

// Free waits until no change of d is under way, for what shows only then. c is
// what comes afterwards.
func (s *Session) Free(ctx context.Context, d devops.Database, c Change) (devops.Database, error) {
	return s.free(ctx, d, c, 0)
}

// free is Free with a pause, which is made if no change is under way: whatever
// the service was busy with does not show then.
func (s *Session) free(ctx context.Context, d devops.Database, c Change, calm time.Duration) (devops.Database, error) {
	now, err := s.Databases.Get(ctx, d.ID)
	switch {
	case err != nil:
		now = d
	case c.begun(now):
		return now, nil
	case c.idle(now):
		err = Pause(ctx, calm)
	default:
		rest := "; it comes first"
		if c.lost {
			rest = ", perhaps this one"
		}
		s.app.Say("%s of %s is under way%s.", sentence(c.other()), now.Name, rest)
		now, err = s.wait(ctx, now, Change{Doing: "waiting for " + now.Name, Done: c.idle})
	}
	_, told := errors.AsType[*exit.Error](err)
	switch cause := context.Cause(ctx); {
	case err == nil || told:
		return now, err
	case cause != nil && !isBlind(err):
		state := c.unbegun()
		if !c.idle(now) {
			state = c.other() + " of " + now.Name + " is still under way, and " + state
		}
		e := &exit.Error{Exit: exit.Classify(cause).Exit, Message: fmt.Sprintf("%v; %s", cause, state), Cause: cause}
		return now, e.WithNext(c.again(s.app))
	}
	return now, exit.Classify(fmt.Errorf("%s, as the state of %s cannot be seen: %w", c.unbegun(), d.Name, err)).WithNext(c.again(s.app))
}

// idle reports whether the service would take the change.
func (c Change) idle(d devops.Database) bool {
	return d.State() != devops.Changing || d.BeingDeleted() || c.begun(d)
}

// other is what keeps the database busy.
func (c Change) other() string {
	if c.lost {
		return "a change"
	}
	return "another change"
}

func (c Change) unbegun() string {
	if c.lost {
		return "nobody knows whether " + c.Doing + " was begun"
	}
	return c.Doing + " was not begun"
}

// unknown is the end of a change of which nobody knows whether it was begun. To
// run it again does no harm: the command looks first.
func (c Change) unknown(app *App, d devops.Database, err error) error {
	hint := "nobody knows whether the service got the request: look, and run it again if need be"
	if !c.idle(d) {
		hint = fmt.Sprintf("nobody knows whether the service got the request; %s is %s, perhaps because of it: run it again to wait for the end", d.Name, strings.ToLower(d.Status))
	}
	return exit.Hint(fmt.Errorf("%s: %w", c.Doing, err), hint, "astra db get "+d.ID, c.again(app))
}

// unseen is the failure of a look at a change that was accepted.
func (c Change) unseen(app *App, err error) error {
	return exit.Classify(fmt.Errorf("%s was begun; its state cannot be seen: %w", c.Doing, err)).WithNext(c.again(app))
}

// isGone reports whether a look at d failed because it is deleted: the
// permission for what is no more may be missing, too.
func isGone(d devops.Database, err error) bool {
	return errors.Is(err, devops.ErrNotFound) || d.BeingDeleted() && errors.Is(err, devops.ErrForbidden)
}
