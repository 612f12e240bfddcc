package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
)

// A Change is a change of a database. The service accepts it at once, makes it
// in its own time, and refuses others meanwhile.
type Change struct {
	Doing string // in lower case, such as "parking legacy"
	Again string // the flag by which the command succeeds when it is done already; "" if it does so anyway
	Next  string // the command that goes on with it, where that is another one
	Send  func(context.Context) error
	Begun func(devops.Database) bool // it is under way; nil where that does not show
	Done  func(devops.Database) bool
	Wait  bool // until it is done
}

// Change makes a change of d, unless somebody has made it or has begun to, and
// waits for it if that is wanted. It waits in any case for another change that
// is under way. It returns the database as it is then.
func (s *Session) Change(ctx context.Context, d devops.Database, c Change) (devops.Database, error) {
	for conflicts := 0; !c.Done(d) && !c.begun(d); {
		if d.BeingDeleted() {
			return d, Failf(Conflict, "%s: %s is %s", c.Doing, d.Name, strings.ToLower(d.Status))
		}
		err := c.Send(ctx)
		if err == nil {
			break
		}
		var lookErr error
		switch {
		case errors.Is(err, devops.ErrOutcomeUnknown):
			if d, lookErr = s.settle(ctx, d, c); lookErr == nil {
				continue // it arrived
			}
			return d, Hint(err, "nobody knows whether the service got the request: look, and run it again if need be", "astra db get "+d.ID)
		case errors.Is(err, devops.ErrInvalid):
			// It may have been sent again after a lost answer, and be refused
			// because it is so already.
			if now, lookErr := s.Databases.Get(ctx, d.ID); lookErr == nil && c.Done(now) {
				d = now
				continue
			}
			return d, fmt.Errorf("%s: %w", c.Doing, err)
		case !errors.Is(err, devops.ErrConflict), conflicts == maxConflicts:
			return d, fmt.Errorf("%s: %w", c.Doing, err)
		}
		conflicts++
		if d, lookErr = s.free(ctx, d, c); lookErr != nil {
			return d, lookErr
		}
	}
	if !c.Wait {
		return s.look(ctx, d, c)
	}
	return s.Await(ctx, d, c)
}

// maxConflicts is how often a change is sent again to a database that is free,
// and refused as in conflict all the same.
const maxConflicts = 3

func (c Change) begun(d devops.Database) bool { return c.Begun != nil && c.Begun(d) }

// settle looks whether a request whose answer was lost did something, also for a
// command that was interrupted. It fails if that does not show.
func (s *Session) settle(ctx context.Context, d devops.Database, c Change) (devops.Database, error) {
	const looks, patience = 3, 15 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for range looks {
		now, err := s.Databases.Get(ctx, d.ID)
		if err == nil && (c.Done(now) || c.begun(now)) {
			return now, nil
		}
		if err := Pause(ctx, time.Second); err != nil {
			return d, err
		}
	}
	return d, devops.ErrOutcomeUnknown
}

// free waits until no change of d is under way.
func (s *Session) free(ctx context.Context, d devops.Database, c Change) (devops.Database, error) {
	idle := func(d devops.Database) bool { return d.State() != devops.Changing || d.BeingDeleted() || c.begun(d) }
	now, err := s.Databases.Get(ctx, d.ID)
	if err != nil || idle(now) {
		return now, err
	}
	s.app.Say("Another change of %s is under way; it comes first.", now.Name)
	now, err = s.Await(ctx, now, Change{Doing: "waiting for " + now.Name, Done: idle})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		e := &Error{Exit: classify(cause).Exit, Message: fmt.Sprintf("%v; another change of %s is still under way, and %s was not begun", cause, now.Name, c.Doing), Cause: cause}
		return now, e.WithNext(c.again(s.app))
	}
	return now, err
}

// look says what is under way where nobody waits for it.
func (s *Session) look(ctx context.Context, d devops.Database, c Change) (devops.Database, error) {
	now, err := s.Databases.Get(ctx, d.ID)
	switch {
	case ctx.Err() != nil:
		return d, c.left(ctx, s.app)
	case errors.Is(err, devops.ErrNotFound):
		now, err = d, nil
	}
	if err == nil {
		err = c.failed(now, d.Status)
	}
	if err == nil && !c.Done(now) {
		s.app.Say("%s: under way. To wait for the end: %s", sentence(c.Doing), c.again(s.app))
	}
	return now, err
}
