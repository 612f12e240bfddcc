package onetime

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	// Undoing: a rotation that is being rolled back.
	Undoing State = "undoing"
)

// A Finding is what became of an operation.
type Finding struct {
	State     State
	ClientIDs []string // what is meant: what was made, or what may have been
	Missing   []string // destinations that do not hold what is kept
}

// transit is how long a request may be on its way whose client has gone, and a
// list may lag behind.
const transit = 20 * time.Second

// Find looks what became of an operation that an earlier run left. destinations
// are where its secret was to go, as they are now. It changes nothing.
func (m Maker) Find(ctx context.Context, r Record, destinations []Destination) (Finding, error) {
	live, err := m.Tokens.List(ctx)
	if err != nil {
		return Finding{}, err
	}
	switch {
	case r.Step == Planned:
		return m.findPlanned(r, live), nil
	case r.Kind == Rotating && !lists(live, r.Old) && !lists(live, r.Made) && !m.recent(r):
		return Finding{State: Nothing, ClientIDs: []string{r.Made}}, nil
	case r.Kind == Rotating && r.Step.Reached(Stored):
		return Finding{State: r.rotation(m.Clock()), ClientIDs: []string{r.Made}}, nil
	case r.Step == Created: // even if it is not listed: then it costs nothing to revoke it
		return Finding{State: Orphan, ClientIDs: []string{r.Made}}, nil
	}
	return m.findDelivered(ctx, r, live, destinations)
}

func (m Maker) findPlanned(r Record, live []devops.Token) Finding {
	ours, alike := r.among(live)
	switch {
	case ours != "":
		return Finding{State: Orphan, ClientIDs: []string{ours}}
	case len(alike) > 0:
		return Finding{State: Alike, ClientIDs: alike}
	case m.recent(r):
		return Finding{State: Waiting}
	}
	return Finding{State: Nothing}
}

// recent reports whether what cannot be seen of an operation may be on its way.
func (m Maker) recent(r Record) bool {
	age := m.Now().Sub(r.Began)
	return 0 <= age && age < transit
}

// findDelivered asks the destinations whether they hold the secret.
func (m Maker) findDelivered(ctx context.Context, r Record, live []devops.Token, destinations []Destination) (Finding, error) {
	f := Finding{State: Orphan, ClientIDs: []string{r.Made}}
	if !lists(live, r.Made) && !m.recent(r) {
		f.State = Nothing
		return f, nil
	}
	held := false
	for _, d := range destinations {
		holds, err := d.Holds(ctx, r.Made)
		if err != nil {
			return f, fmt.Errorf("%v: %w", d, err)
		}
		held = held || holds
		if !holds {
			f.Missing = append(f.Missing, d.String())
		}
	}
	switch {
	case held && r.Kind == Rotating:
		f.State = Halfway
	case held:
		f.State = Kept
	case r.Shown:
		f.State = Unconfirmed
	}
	return f, nil
}

// rotation is the state of a rotation whose new token is stored.
func (r Record) rotation(now time.Time) State {
	switch {
	case r.Undo:
		return Undoing
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

// Revoke revokes what an operation made, which nobody holds, with what is left of
// it here, and ends the operation.
func (m Maker) Revoke(ctx context.Context, e *Entry, clientID string, destinations []Destination) error {
	if err := m.revoke(ctx, clientID, e.abroad()); err != nil {
		return err
	}
	return Drop(ctx, e, clientID, destinations)
}

// Drop takes away what is left here of a credential that is gone, and ends the
// operation.
func Drop(ctx context.Context, e *Entry, clientID string, destinations []Destination) error {
	for _, d := range destinations {
		if clientID == "" {
			break
		}
		if err := d.Drop(ctx, clientID); err != nil {
			return fmt.Errorf("%v: %w", d, err)
		}
	}
	return e.End()
}

// Keep ends an operation whose secret is kept. If the run that stored it did not
// come to note that in the configuration, it is noted now. missing are the
// destinations that do not hold it, which is an error that wraps ErrPartial.
func (m Maker) Keep(ctx context.Context, e *Entry, destinations []Destination, missing []string) error {
	if err := adopt(ctx, e.Made, destinations); err != nil {
		return err
	}
	if err := e.End(); err != nil {
		return err
	}
	return short(e.Made, missing)
}

// adopt notes in the configuration what is in a store.
func adopt(ctx context.Context, clientID string, destinations []Destination) error {
	for _, d := range destinations {
		saved, ok := d.(*Saved)
		if !ok {
			continue
		}
		holds, err := saved.Holds(ctx, clientID)
		if err == nil && holds {
			err = saved.Record(ctx, clientID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// short is the error of a secret that is kept, but not by all destinations.
func short(clientID string, missing []string) error {
	missing = slices.DeleteFunc(slices.Clone(missing), func(d string) bool { return strings.HasPrefix(d, "the clipboard") })
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s has no secret of %s, because the run that made it was cut short: %w", strings.Join(missing, " and "), clientID, ErrPartial)
}
