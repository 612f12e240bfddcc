package onetime

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// State says what an operation left behind that did not come to its end.
type State string

// The states.
const (
	// Nothing: it left nothing, or what it made is gone. That is proven.
	Nothing State = "nothing"
	// Kept: it made a credential, and a destination holds its secret.
	Kept State = "kept"
	// Orphan: it made a credential whose secret no destination holds. The list shows
	// our mark on it.
	Orphan State = "orphan"
	// Unconfirmed: its secret was being shown; only the person who was there can tell
	// whether it arrived.
	Unconfirmed State = "unconfirmed"
	// Alike: there are credentials that it may have made. The list does not show our
	// mark on any, so only a person can tell.
	Alike State = "alike"
	// Unclear: no list shows what it made, and none is whole. Only a person can tell.
	Unclear State = "unclear"
	// Waiting: nothing shows of it, but its request may still arrive.
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
	ClientIDs []string  // what was made, or may have been
	Missing   []string  // destinations that do not hold what others do
	Why       error     // why it is unclear
	Until     time.Time // of what is waited for: its request is over by then; zero if it is
}

// Late is for how long the lists of a service may not show what was done.
const Late = transit

// transit is how long after the end of an attempt its request may still be carried
// out: gateways give up on a request long before the service behind them does.
const transit = 5 * time.Minute

// Find looks what became of an operation that an earlier run left. destinations
// are where its secret was to go, as they are now. It changes nothing.
func (m Maker) Find(ctx context.Context, r Record, destinations []Destination) (Finding, error) {
	if r.Kind == Rotating && r.Step.Reached(Stored) {
		return m.findRotation(ctx, r, destinations)
	}
	w := m.witness(r, destinations)
	sight, err := w.Look(ctx, r.Made)
	if err != nil {
		return Finding{}, err
	}
	if r.Step == Planned {
		return m.findPlanned(ctx, w, sight, r)
	}
	return m.findMade(ctx, w, sight, r, destinations)
}

// findPlanned looks what became of a request whose answer is not known.
func (m Maker) findPlanned(ctx context.Context, w *Witness, sight Sight, r Record) (Finding, error) {
	ours, fresh := m.ours(r, sight), m.fresh(r, sight)
	switch {
	case len(ours) > 0:
		return Finding{State: Orphan, ClientIDs: ours}, nil
	case m.recent(r):
		return Finding{State: Waiting, ClientIDs: fresh, Until: r.over()}, nil
	case len(fresh) > 0:
		return Finding{State: Alike, ClientIDs: fresh}, nil
	case r.abroad():
		return Finding{State: Unclear, Why: errAbroad(r)}, nil
	case r.Refused && sight.Whole(): // the refusal, a list then, and a list now
		return Finding{State: Nothing}, nil
	}
	return m.absent(ctx, w, Finding{State: Nothing}, func(s Sight) bool {
		return len(m.ours(r, s))+len(m.fresh(r, s)) == 0
	})
}

// absent turns a finding into an unclear one unless further whole lists agree that
// nothing is there.
func (m Maker) absent(ctx context.Context, w *Witness, f Finding, nothing func(Sight) bool) (Finding, error) {
	for _, pause := range absence.Pauses()[:absence.Lists] {
		if err := absence.Sleep(ctx, pause); err != nil {
			return f, err
		}
		sight, err := w.Look(ctx, f.ClientIDs...)
		switch {
		case err != nil:
			return f, err
		case !nothing(sight):
			return Finding{State: Waiting, ClientIDs: f.ClientIDs}, nil // it has just appeared
		case !sight.Whole():
			return Finding{State: Unclear, ClientIDs: f.ClientIDs, Why: &absence.IncompleteListError{Missing: sight.Missing}}, nil
		}
	}
	return f, nil
}

func errAbroad(r Record) error {
	return fmt.Errorf("its token belongs to organization %s; this login cannot list its tokens", r.Order.OrgID)
}

// recent reports whether the request of an operation may still be carried out. A
// time in the future is that of a clock that was set back.
func (m Maker) recent(r Record) bool {
	now := m.Now()
	return now.Before(r.over()) && !failpoint.Disabled("arrival-grace") && (!now.Before(r.Began) || !failpoint.Disabled("future-is-recent"))
}

// Undecided returns until when the request of an operation without an answer may still
// be carried out, zero if it cannot be any more, or was answered.
func (r Record) Undecided(now time.Time) time.Time {
	if r.Step != Planned || r.Kind == "" || !now.Before(r.over()) {
		return time.Time{}
	}
	return r.over()
}

// over is when the request of an operation can no longer be carried out.
func (r Record) over() time.Time { return r.Began.Add(answerLimit + transit) }

// findMade looks what became of a credential that was made: whether a destination
// holds its secret, and whether it is still there.
func (m Maker) findMade(ctx context.Context, w *Witness, sight Sight, r Record, destinations []Destination) (Finding, error) {
	f := Finding{State: Orphan, ClientIDs: []string{r.Made}}
	ours := m.ours(r, sight)
	marked, held := slices.Contains(ours, r.Made), false
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
	case r.Shown && r.Step == Delivering:
		f.State = Unconfirmed
	}
	if len(ours) > 1 || len(ours) == 1 && !marked { // the answer named a wrong one, or the request was done twice
		if f.State != Orphan {
			ours = slices.DeleteFunc(ours, func(id string) bool { return id == r.Made })
		}
		return Finding{State: Orphan, ClientIDs: ours}, nil
	}
	doubtful := (r.Doubtful || r.other() != "") && !r.Seen && !marked
	switch {
	case doubtful && !held && r.other() != "":
		return m.findOther(ctx, w, sight, r)
	case doubtful && held && !m.recent(r):
		return m.findDoubtful(ctx, w, sight, r, f, destinations)
	}
	switch listed := sight.Lists(r.Made); {
	case listed && !marked && (f.State == Orphan || f.State == Unconfirmed && doubtful):
		return Finding{State: Alike, ClientIDs: f.ClientIDs}, nil
	case listed:
		return f, nil
	case m.recent(r) && f.State == Orphan:
		return Finding{State: Waiting, ClientIDs: f.ClientIDs, Until: r.over()}, nil
	case m.recent(r):
		return f, nil
	case held && !r.Seen: // a list that never showed it proves nothing
		return f, nil
	case held:
		if dead, err := m.rejected(ctx, r.Made, destinations); err != nil || !dead {
			return f, err
		}
	case r.abroad():
		return Finding{State: Unclear, ClientIDs: f.ClientIDs, Why: errAbroad(r)}, nil
	}
	if !r.Seen && r.Accepted != r.Made && !held && !failpoint.Disabled("shown-before") { // a list that never showed it does not prove that it is gone
		return Finding{State: Unclear, ClientIDs: f.ClientIDs, Why: fmt.Errorf("%s is not listed yet", r.Made)}, nil
	}
	if r.Seen && r.Accepted == r.Made { // others may have deleted theirs since: lists of now do
		w.known = nil
	}
	gone := Finding{State: Nothing, ClientIDs: f.ClientIDs}
	gone, err := m.absent(ctx, w, gone, func(s Sight) bool { return !s.Lists(r.Made) })
	if err == nil && gone.State != Nothing && f.State != Orphan {
		return f, nil // where that is not proven, what is kept is kept
	}
	return gone, err
}

// other is the client id of the token that was made where the answer named a wrong
// one, as far as that was found out.
func (r Record) other() string {
	switch {
	case r.Other != "":
		return r.Other
	case r.Doubtful && r.Accepted != r.Made: // by a version that did not note the other one
		return r.Accepted
	}
	return ""
}

// findOther looks at the token that was made where the answer named a wrong one. A list
// showed it, and its DELETE was sent, or was about to be.
func (m Maker) findOther(ctx context.Context, w *Witness, sight Sight, r Record) (Finding, error) {
	other := r.other()
	switch {
	case sight.Lists(other): // without our mark by now
		return Finding{State: Alike, ClientIDs: []string{other}}, nil
	case r.abroad() && m.Caller != r.Caller: // another login may not list it
		return Finding{State: Unclear, ClientIDs: []string{other}, Why: errAbroad(r)}, nil
	case r.Accepted == other: // others may have deleted theirs since: lists of now do
		w.known = nil
	}
	return m.absent(ctx, w, Finding{State: Nothing, ClientIDs: []string{other}}, func(s Sight) bool { return !s.Lists(other) })
}

// findDoubtful looks at a stored secret of an answer that may have named a wrong token.
// It is kept once the service accepts it. It is dropped if the service rejects it and
// another token with our mark was found: that one was made.
func (m Maker) findDoubtful(ctx context.Context, w *Witness, sight Sight, r Record, f Finding, destinations []Destination) (Finding, error) {
	for _, d := range destinations {
		keeper, keeps := d.(Keeper)
		if held, err := d.Holds(ctx, r.Made); err != nil || !held || !keeps {
			continue
		}
		if text, err := keeper.Load(ctx, r.Made); err == nil && m.accepts(ctx, text, r.Order.OrgID) {
			return f, nil
		}
	}
	bogus, err := m.rejected(ctx, r.Made, destinations)
	if err == nil && bogus && r.other() != "" {
		return m.findOther(ctx, w, sight, r)
	}
	return Finding{State: Unclear, ClientIDs: f.ClientIDs, Why: errDoubtful}, err
}

// findRotation looks at a rotation whose new token is stored. It is over only if
// both tokens are proven to be gone.
func (m Maker) findRotation(ctx context.Context, r Record, destinations []Destination) (Finding, error) {
	f := Finding{State: r.rotation(m.Clock()), ClientIDs: []string{r.Made}}
	w := m.witness(r, destinations)
	sight, err := w.Look(ctx, r.Old, r.Made)
	if err != nil || sight.Lists(r.Old) || sight.Lists(r.Made) || m.recent(r) {
		return f, err
	}
	for _, id := range []string{r.Old, r.Made} {
		held, err := m.holds(ctx, id, destinations)
		if err != nil {
			return f, err
		}
		if dead, err := m.rejected(ctx, id, destinations); err != nil || held && !dead {
			return f, err
		}
	}
	gone, err := m.absent(ctx, w, Finding{State: Nothing, ClientIDs: []string{r.Made, r.Old}}, func(s Sight) bool {
		return !s.Lists(r.Old) && !s.Lists(r.Made)
	})
	if err != nil || gone.State != Nothing {
		return f, err
	}
	return Finding{State: Nothing, ClientIDs: f.ClientIDs}, nil
}

func (m Maker) holds(ctx context.Context, clientID string, destinations []Destination) (bool, error) {
	for _, d := range destinations {
		if held, err := d.Holds(ctx, clientID); err != nil || held {
			return held, err
		}
	}
	return false, nil
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

// Unfinished reports whether commands remind of the operation: all but a rotation in
// its overlap, by the time at the service, and a request that was plainly refused.
func (o Open) Unfinished(now time.Time) bool {
	return !o.Running && !o.Record.Refused && (o.Err != nil || !o.Record.Step.Reached(Stored) || o.Record.rotation(now) != Overlapping)
}
