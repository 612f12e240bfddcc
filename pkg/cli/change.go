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
	Parks bool // done is parked

	lost bool // a request was sent and not clearly answered
}

// Change makes a change of d, unless somebody has made it or has begun to, and
// waits for it if that is wanted. It waits in any case for another change that
// is under way. It returns the database as it is then.
func (s *Session) Change(ctx context.Context, d devops.Database, c Change) (devops.Database, error) {
	for conflicts := 0; !c.Done(d) && !c.begun(d); {
		if d.BeingDeleted() {
			return d, exit.Failf(exit.Conflict, "%s: %s is %s", c.Doing, d.Name, strings.ToLower(d.Status))
		}
		err := c.Send(ctx)
		if err == nil {
			break
		}
		c.lost = c.lost || devops.Unclear(err)
		var arrived bool
		switch {
		case errors.Is(err, devops.ErrConflict) && conflicts < maxConflicts:
			calm, refused := time.Second<<conflicts, err
			conflicts++
			if d, err = s.free(ctx, d, c, calm); err != nil {
				return d, err
			}
			if s.app.asleep(d) != "" && !c.Done(devops.Database{Status: "ACTIVE"}) { // and stays so, unless this wakes it
				return d, s.Awake(d, fmt.Errorf("%s: %w", c.Doing, refused))
			}
		case errors.Is(err, devops.ErrInvalid):
			// It may have been sent again after a lost answer, and be refused
			// because it is so already.
			now, lookErr := s.Databases.Get(ctx, d.ID)
			if lookErr != nil || !c.Done(now) {
				return d, fmt.Errorf("%s: %w", c.Doing, err)
			}
			d = now
		case devops.Unclear(err):
			if d, arrived = s.settle(ctx, d, c); !arrived {
				return d, c.unknown(s.app, d, err)
			}
			s.app.Changed()
		case ctx.Err() != nil:
			return d, exit.Hint(fmt.Errorf("%s: %w", c.Doing, err), c.unbegun(), c.again(s.app))
		default:
			return d, s.Awake(d, fmt.Errorf("%s: %w", c.Doing, err))
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

// look says what is under way where nobody waits for it.
func (s *Session) look(ctx context.Context, d devops.Database, c Change) (devops.Database, error) {
	now, err := s.Databases.Get(ctx, d.ID)
	switch {
	case ctx.Err() != nil:
		return d, c.left(ctx, s.app)
	case isGone(d, err):
		now = d
	case err != nil:
		return d, c.unseen(s.app, err)
	}
	if err := c.failed(now, d.Status); err != nil {
		return now, err
	}
	switch asleep := s.app.asleep(now); {
	case c.Done(now) && asleep != "" && !c.Parks:
		s.app.Say("%s.", asleep)
	case !c.Done(now):
		s.app.Say("%s: under way. To wait for the end: %s", sentence(c.Doing), c.again(s.app))
	}
	return now, nil
}
