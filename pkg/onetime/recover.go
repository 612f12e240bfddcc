package onetime

import (
	"context"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
)

// State says what an operation left behind that did not come to its end.
type State string

// The states.
const (
	// Nothing: it left nothing, or what it made is gone.
	Nothing State = "nothing"
	// Kept: it made a credential, and a destination holds its secret.
	Kept State = "kept"
	// Orphan: it made a credential that nobody holds.
	Orphan State = "orphan"
	// Unconfirmed: its secret was being shown; only whoever was there can tell
	// whether it arrived.
	Unconfirmed State = "unconfirmed"
	// Alike: there are credentials that it may have made. The service does not
	// show their descriptions, so only a person can tell.
	Alike State = "alike"
	// Waiting: nothing can be seen of it, but its request may be on its way yet.
	Waiting State = "waiting"
	// Halfway: a rotation whose new token is stored and not yet all that is
	// used. It can be resumed or rolled back.
	Halfway State = "halfway"
	// Overlapping: a rotation that waits until its old token may be revoked.
	Overlapping State = "overlapping"
	// Due: a rotation whose old token should be revoked by now.
	Due State = "due"
)

// A Finding is what became of an operation.
type Finding struct {
	State     State
	ClientIDs []string // what is meant: what was made, or what may have been
}

// transit is how long a request may be on its way whose client has gone.
const transit = 20 * time.Second

// Find looks what became of an operation that an earlier run left. destinations
// are where its secret was to go, as they are now. It changes nothing at the
// service.
func (m Maker) Find(ctx context.Context, r Record, destinations []Destination) (Finding, error) {
	if r.Kind == Rotating && r.Step.Reached(Stored) {
		return Finding{r.rotation(m.Clock()), []string{r.Made}}, nil
	}
	live, err := m.Tokens.List(ctx)
	if err != nil {
		return Finding{}, err
	}
	if r.Step == Planned {
		return m.findPlanned(r, live), nil
	}
	made := []string{r.Made}
	switch {
	case !lists(live, r.Made):
		return Finding{Nothing, made}, nil
	case r.Step == Created:
		return Finding{Orphan, made}, nil
	}
	for _, d := range destinations {
		holds, err := d.Holds(ctx, r.Made)
		if err != nil {
			return Finding{}, err
		}
		if holds && r.Kind == Rotating {
			return Finding{Halfway, made}, nil
		}
		if holds {
			return Finding{Kept, made}, nil
		}
	}
	if r.Shown {
		return Finding{Unconfirmed, made}, nil
	}
	return Finding{Orphan, made}, nil
}

func (m Maker) findPlanned(r Record, live []devops.Token) Finding {
	ours, alike := r.among(live)
	switch {
	case ours != "":
		return Finding{Orphan, []string{ours}}
	case len(alike) > 0:
		return Finding{Alike, alike}
	case m.Now().Sub(r.Began) < transit:
		return Finding{Waiting, nil}
	}
	return Finding{Nothing, nil}
}

// rotation is the state of a rotation whose new token is stored.
func (r Record) rotation(now time.Time) State {
	switch {
	case r.Step != Switched:
		return Halfway
	case now.Before(r.Retire):
		return Overlapping
	}
	return Due
}

// Unsettled reports whether somebody should know that the operation did not come
// to its end: all but a rotation in its overlap, by the time at the service.
func (o Open) Unsettled(now time.Time) bool {
	return !o.Running && (o.Err != nil || !o.Record.Step.Reached(Stored) || o.Record.rotation(now) != Overlapping)
}

// Revoke revokes what an operation made, which nobody holds, and ends it.
func (m Maker) Revoke(ctx context.Context, e *Entry, clientID string) error {
	if err := m.revoke(ctx, clientID); err != nil {
		return err
	}
	return e.End()
}

// Keep ends an operation whose secret is kept. If the run that stored it did not
// come to note that in the configuration, it is noted now.
func (m Maker) Keep(ctx context.Context, e *Entry, destinations []Destination) error {
	for _, d := range destinations {
		saved, ok := d.(*Saved)
		if !ok {
			continue
		}
		holds, err := saved.Holds(ctx, e.Made)
		if err == nil && holds {
			err = saved.Record(ctx, e.Made)
		}
		if err != nil {
			return err
		}
	}
	return e.End()
}
