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
	// Lookalike: there are credentials that it may have made. The list does not show our
	// mark on any, so only a person can tell.
	Lookalike State = "alike"
	// Unclear: no list shows what it made, and none is whole. Only a person can tell.
	Unclear State = "unclear"
	// Waiting: nothing shows of it, but its request may still arrive.
	Waiting State = "waiting"
	// InProgress: a rotation whose new token is stored and not yet all that is
	// used. It can be resumed or rolled back.
	InProgress State = "halfway"
	// Overlapping: a rotation that waits until its old token may be revoked.
	Overlapping State = "overlapping"
	// Due: a rotation whose old token should be revoked by now.
	Due State = "due"
	// RollingBack: a rotation that is being rolled back.
	RollingBack State = "undoing"
)

// An Assessment is the outcome of an operation, as far as it can be found out.
type Assessment struct {
	State     State
	ClientIDs []string  // what was made, or may have been
	Missing   []string  // destinations that do not hold what others do
	Why       error     // why it is unclear
	Until     time.Time // of what is waited for: its request is over by then; zero if it is
}

// Late is for how long the lists of a service may not show what was done.
const Late = arrivalGrace

// arrivalGrace is how long after the end of an attempt its request may still be carried
// out: gateways give up on a request long before the service behind them does.
const arrivalGrace = 5 * time.Minute

// Find looks what became of an operation that an earlier run left. destinations
// are where its secret was to go, as they are now. It changes nothing.
func (iss Issuer) Find(ctx context.Context, r Record, destinations []Destination) (Assessment, error) {
	if r.Kind == Rotating && r.Step.Reached(Stored) {
		return iss.findRotation(ctx, r, destinations)
	}
	w := iss.witness(r, destinations)
	sight, err := w.Look(ctx, r.Made)
	if err != nil {
		return Assessment{}, err
	}
	if r.Step == Planned {
		return iss.findPlanned(ctx, w, sight, r)
	}
	return iss.findMade(ctx, w, sight, r, destinations)
}

// findPlanned looks what became of a request whose answer is not known.
func (iss Issuer) findPlanned(ctx context.Context, w *Witness, sight Sight, r Record) (Assessment, error) {
	ours, fresh := iss.ours(r, sight), iss.fresh(r, sight)
	switch {
	case len(ours) > 0:
		return Assessment{State: Orphan, ClientIDs: ours}, nil
	case iss.mayArrive(r):
		return Assessment{State: Waiting, ClientIDs: fresh, Until: r.deadline()}, nil
	case len(fresh) > 0:
		return Assessment{State: Lookalike, ClientIDs: fresh}, nil
	case r.otherOrg():
		return Assessment{State: Unclear, Why: errOtherOrg(r)}, nil
	case r.Refused && sight.Complete(): // the refusal, a list then, and a list now
		return Assessment{State: Nothing}, nil
	}
	return iss.proveAbsent(ctx, w, Assessment{State: Nothing}, func(s Sight) bool {
		return len(iss.ours(r, s))+len(iss.fresh(r, s)) == 0
	})
}

// proveAbsent turns a finding into an unclear one unless further whole lists agree that
// nothing is there.
func (iss Issuer) proveAbsent(ctx context.Context, w *Witness, f Assessment, nothing func(Sight) bool) (Assessment, error) {
	for _, pause := range absence.Pauses()[:absence.Lists] {
		if err := absence.Sleep(ctx, pause); err != nil {
			return f, err
		}
		sight, err := w.Look(ctx, f.ClientIDs...)
		switch {
		case err != nil:
			return f, err
		case !nothing(sight):
			return Assessment{State: Waiting, ClientIDs: f.ClientIDs}, nil // it has just appeared
		case !sight.Complete():
			return Assessment{State: Unclear, ClientIDs: f.ClientIDs, Why: &absence.IncompleteListError{Missing: sight.Missing}}, nil
		}
	}
	return f, nil
}

func errOtherOrg(r Record) error {
	return fmt.Errorf("its token belongs to organization %s; this login cannot list its tokens", r.Request.OrgID)
}

// mayArrive reports whether the request of an operation may still be carried out. A
// time in the future is that of a clock that was set back.
func (iss Issuer) mayArrive(r Record) bool {
	now := iss.Now()
	return now.Before(r.deadline()) && !failpoint.Disabled("arrival-grace") && (!now.Before(r.Began) || !failpoint.Disabled("future-is-recent"))
}

// Undecided returns until when the request of an operation without an answer may still
// be carried out, zero if it cannot be any more, or was answered.
func (r Record) Undecided(now time.Time) time.Time {
	if r.Step != Planned || r.Kind == "" || !now.Before(r.deadline()) {
		return time.Time{}
	}
	return r.deadline()
}

// deadline is when the request of an operation can no longer be carried out.
func (r Record) deadline() time.Time { return r.Began.Add(answerLimit + arrivalGrace) }

// findMade looks what became of a credential that was made: whether a destination
// holds its secret, and whether it is still there.
func (iss Issuer) findMade(ctx context.Context, w *Witness, sight Sight, r Record, destinations []Destination) (Assessment, error) {
	f := Assessment{State: Orphan, ClientIDs: []string{r.Made}}
	ours := iss.ours(r, sight)
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
		f.State = InProgress
	case held:
		f.State = Kept
	case r.Shown && r.Step == Delivering:
		f.State = Unconfirmed
	}
	if len(ours) > 1 || len(ours) == 1 && !marked { // the answer named a wrong one, or the request was done twice
		if f.State != Orphan {
			ours = slices.DeleteFunc(ours, func(id string) bool { return id == r.Made })
		}
		return Assessment{State: Orphan, ClientIDs: ours}, nil
	}
	doubtful := (r.Doubtful || r.otherToken() != "") && !r.Seen && !marked
	switch {
	case doubtful && !held && r.otherToken() != "":
		return iss.findOther(ctx, w, sight, r)
	case doubtful && held && !iss.mayArrive(r):
		return iss.findDoubtful(ctx, w, sight, r, f, destinations)
	}
	switch listed := sight.Lists(r.Made); {
	case listed && !marked && (f.State == Orphan || f.State == Unconfirmed && doubtful):
		return Assessment{State: Lookalike, ClientIDs: f.ClientIDs}, nil
	case listed:
		return f, nil
	case iss.mayArrive(r) && f.State == Orphan:
		return Assessment{State: Waiting, ClientIDs: f.ClientIDs, Until: r.deadline()}, nil
	case iss.mayArrive(r):
		return f, nil
	case held && !r.Seen: // a list that never showed it proves nothing
		return f, nil
	case held:
		if dead, err := iss.rejected(ctx, r.Made, destinations); err != nil || !dead {
			return f, err
		}
	case r.otherOrg():
		return Assessment{State: Unclear, ClientIDs: f.ClientIDs, Why: errOtherOrg(r)}, nil
	}
	if !r.Seen && r.Accepted != r.Made && !held && !failpoint.Disabled("shown-before") { // a list that never showed it does not prove that it is gone
		return Assessment{State: Unclear, ClientIDs: f.ClientIDs, Why: fmt.Errorf("%s is not listed yet", r.Made)}, nil
	}
	if r.Seen && r.Accepted == r.Made { // others may have deleted theirs since: lists of now do
		w.known = nil
	}
	gone := Assessment{State: Nothing, ClientIDs: f.ClientIDs}
	gone, err := iss.proveAbsent(ctx, w, gone, func(s Sight) bool { return !s.Lists(r.Made) })
	if err == nil && gone.State != Nothing && f.State != Orphan {
		return f, nil // where that is not proven, what is kept is kept
	}
	return gone, err
}

// otherToken is the client id of the token that was made where the answer named a wrong
// one, as far as that was found out.
func (r Record) otherToken() string {
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
func (iss Issuer) findOther(ctx context.Context, w *Witness, sight Sight, r Record) (Assessment, error) {
	other := r.otherToken()
	switch {
	case sight.Lists(other): // without our mark by now
		return Assessment{State: Lookalike, ClientIDs: []string{other}}, nil
	case r.otherOrg() && iss.Caller != r.Caller: // another login may not list it
		return Assessment{State: Unclear, ClientIDs: []string{other}, Why: errOtherOrg(r)}, nil
	case r.Accepted == other: // others may have deleted theirs since: lists of now do
		w.known = nil
	}
	return iss.proveAbsent(ctx, w, Assessment{State: Nothing, ClientIDs: []string{other}}, func(s Sight) bool { return !s.Lists(other) })
}

// findDoubtful looks at a stored secret of an answer that may have named a wrong token.
// It is kept once the service accepts it. It is dropped if the service rejects it and
// another token with our mark was found: that one was made.
func (iss Issuer) findDoubtful(ctx context.Context, w *Witness, sight Sight, r Record, f Assessment, destinations []Destination) (Assessment, error) {
	for _, d := range destinations {
		keeper, keeps := d.(Loader)
		if held, err := d.Holds(ctx, r.Made); err != nil || !held || !keeps {
			continue
		}
		if text, err := keeper.Load(ctx, r.Made); err == nil && iss.accepts(ctx, text, r.Request.OrgID) {
			return f, nil
		}
	}
	bogus, err := iss.rejected(ctx, r.Made, destinations)
	if err == nil && bogus && r.otherToken() != "" {
		return iss.findOther(ctx, w, sight, r)
	}
	return Assessment{State: Unclear, ClientIDs: f.ClientIDs, Why: errDoubtful}, err
}

// findRotation looks at a rotation whose new token is stored. It is over only if
// both tokens are proven to be gone.
func (iss Issuer) findRotation(ctx context.Context, r Record, destinations []Destination) (Assessment, error) {
	f := Assessment{State: r.rotationState(iss.Clock()), ClientIDs: []string{r.Made}}
	w := iss.witness(r, destinations)
	sight, err := w.Look(ctx, r.Old, r.Made)
	if err != nil || sight.Lists(r.Old) || sight.Lists(r.Made) || iss.mayArrive(r) {
		return f, err
	}
	for _, id := range []string{r.Old, r.Made} {
		held, err := iss.holds(ctx, id, destinations)
		if err != nil {
			return f, err
		}
		if dead, err := iss.rejected(ctx, id, destinations); err != nil || held && !dead {
			return f, err
		}
	}
	gone, err := iss.proveAbsent(ctx, w, Assessment{State: Nothing, ClientIDs: []string{r.Made, r.Old}}, func(s Sight) bool {
		return !s.Lists(r.Old) && !s.Lists(r.Made)
	})
	if err != nil || gone.State != Nothing {
		return f, err
	}
	return Assessment{State: Nothing, ClientIDs: f.ClientIDs}, nil
}

func (iss Issuer) holds(ctx context.Context, clientID string, destinations []Destination) (bool, error) {
	for _, d := range destinations {
		if held, err := d.Holds(ctx, clientID); err != nil || held {
			return held, err
		}
	}
	return false, nil
}

// rotationState is the state of a rotation whose new token is stored.
func (r Record) rotationState(now time.Time) State {
	switch {
	case r.RollingBack:
		return RollingBack
	case r.Step != Switched:
		return InProgress
	case now.Before(r.Retire):
		return Overlapping
	}
	return Due
}

// Unfinished reports whether commands remind of the operation: all but a rotation in
// its overlap, by the time at the service, and a request that was plainly refused.
func (o PendingOperation) Unfinished(now time.Time) bool {
	return !o.Running && !o.Record.Refused && (o.Err != nil || !o.Record.Step.Reached(Stored) || o.Record.rotationState(now) != Overlapping)
}
