package onetime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// State is the state of a pending operation.
type State string

// The states.
const (
	// Nothing: it issued nothing, or its token is deleted. That is proven.
	Nothing State = "nothing"
	// Kept: it issued a credential, and a destination has its secret.
	Kept State = "kept"
	// Orphan: it issued a credential whose secret no destination has. The list shows
	// its mark.
	Orphan State = "orphan"
	// Unconfirmed: its secret was being printed. Only the user can tell whether it
	// arrived.
	Unconfirmed State = "unconfirmed"
	// Lookalike: it may have issued one of some credentials, but the list shows its
	// mark on none of them. Only the user can tell.
	Lookalike State = "alike"
	// Unclear: no list shows its token, and no list is complete. Only the user can
	// tell.
	Unclear State = "unclear"
	// Waiting: no list shows a new token, but its request may still take effect.
	Waiting State = "waiting"
	// InProgress: the new token of a rotation is stored, but has not replaced the old
	// one yet. It can be resumed or rolled back.
	InProgress State = "halfway"
	// Overlapping: the overlap of a rotation has not ended.
	Overlapping State = "overlapping"
	// Due: the overlap of a rotation has ended.
	Due State = "due"
	// RollingBack: a rotation is being rolled back.
	RollingBack State = "undoing"
)

// An Assessment is the outcome of an operation, as far as it can be found out.
type Assessment struct {
	State     State
	ClientIDs []string  // of its tokens, or of those that may be
	Missing   []string  // destinations without the secret that others have
	Why       error     // why the state is unclear
	Until     time.Time // when the request can no longer take effect; zero if it cannot now
}

const (
	// Late is how long the lists of a service may not show a change.
	Late = 5 * time.Minute
	// arrivalGrace is how long after its end a request may still take effect: gateways
	// give up long before the service behind them does.
	arrivalGrace = 5 * time.Minute
)

// Find assesses an operation of an earlier command. destinations are the destinations
// of its secret. It changes nothing.
func (iss Issuer) Find(ctx context.Context, r Record, destinations []Destination) (Assessment, error) {
	if r.Kind == Rotating && r.Step.Reached(Stored) {
		return iss.findRotation(ctx, r, destinations)
	}
	w := iss.witness(r, destinations)
	sight, err := w.Look(ctx, r.Made)
	if errors.Is(err, devops.ErrForbidden) && r.Refused && r.Unlisted {
		if iss.mayArrive(r) {
			return Assessment{State: Waiting, Until: r.deadline()}, nil
		}
		return Assessment{State: Nothing}, nil
	}
	if err != nil {
		return Assessment{}, err
	}
	if r.Step == Planned {
		return iss.findPlanned(ctx, w, sight, r)
	}
	return iss.findMade(ctx, w, sight, r, destinations)
}

// findPlanned assesses a request whose response is not known.
func (iss Issuer) findPlanned(ctx context.Context, w *Witness, sight TokenList, r Record) (Assessment, error) {
	ours, fresh := iss.ours(r, sight), iss.fresh(r, sight)
	switch {
	case len(ours) > 0:
		return Assessment{State: Orphan, ClientIDs: ours}, nil
	case iss.mayArrive(r):
		return Assessment{State: Waiting, ClientIDs: fresh, Until: r.deadline()}, nil
	case len(fresh) > 0:
		return Assessment{State: Lookalike, ClientIDs: fresh}, nil
	case iss.isRefusal(r):
		return Assessment{State: Nothing}, nil
	case r.maybeElsewhere():
		return Assessment{State: Unclear, Why: errOtherOrg(r)}, nil
	case r.Refused && sight.Complete(): // the refusal, the list after it, and the list of now agree
		return Assessment{State: Nothing}, nil
	}
	return iss.proveAbsent(ctx, w, Assessment{State: Nothing}, func(s TokenList) bool {
		return len(iss.ours(r, s))+len(iss.fresh(r, s)) == 0
	})
}

// isRefusal reports whether an operation ends without a list: the service refused the
// request, no list could show its tokens then, and the request can no longer take effect.
func (iss Issuer) isRefusal(r Record) bool { return r.Refused && r.Unlisted && !iss.mayArrive(r) }

// proveAbsent makes an assessment unclear unless further complete lists show no token.
func (iss Issuer) proveAbsent(ctx context.Context, w *Witness, f Assessment, nothing func(TokenList) bool) (Assessment, error) {
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
	return fmt.Errorf("its token belongs to organization %s; this login cannot list its tokens", cmp.Or(r.MadeIn, r.Request.OrgID))
}

// mayArrive reports whether the request of an operation may still take effect. A time
// in the future counts as recent: the clock was set back.
func (iss Issuer) mayArrive(r Record) bool {
	now := iss.Now()
	return now.Before(r.deadline()) && !failpoint.Disabled("arrival-grace") && (!now.Before(r.Began) || !failpoint.Disabled("future-is-recent"))
}

// UndecidedUntil returns the time until which a request without a response may still take
// effect, zero if it cannot.
func (r Record) UndecidedUntil(now time.Time) time.Time {
	if r.Step != Planned || r.Kind == "" || !now.Before(r.deadline()) {
		return time.Time{}
	}
	return r.deadline()
}

// deadline returns when the request of an operation can no longer take effect, and
// lists show what it created.
func (r Record) deadline() time.Time {
	late := Late
	if failpoint.Disabled("list-grace") {
		late = 0
	}
	return r.Began.Add(answerLimit + arrivalGrace + late)
}

// findMade assesses an operation that issued a credential: whether a destination has
// its secret, and whether the credential still exists.
func (iss Issuer) findMade(ctx context.Context, w *Witness, sight TokenList, r Record, destinations []Destination) (Assessment, error) {
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
	if len(ours) > 1 || len(ours) == 1 && !marked { // the response named another token, or the request took effect twice
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
	if slices.ContainsFunc(sight.Tokens, func(t devops.Token) bool { return t.ClientID == r.Made && r.predates(t) }) && !held {
		return Assessment{State: Lookalike}, nil // the response named an older token
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
	case held && !r.Seen: // it was never listed, so its absence proves nothing
		return f, nil
	case held:
		if isRejected, err := iss.isRejected(ctx, r.Made, destinations); err != nil || !isRejected {
			return f, err
		}
	case r.maybeElsewhere() && (!r.Seen || r.Accepted != r.Made || iss.Caller != r.Caller): // not listed before its DELETE was accepted
		return Assessment{State: Unclear, ClientIDs: f.ClientIDs, Why: errOtherOrg(r)}, nil
	}
	if !r.Seen && r.Accepted != r.Made && !held && !failpoint.Disabled("shown-before") { // it was never listed, so its absence proves nothing
		return Assessment{State: Unclear, ClientIDs: f.ClientIDs, Why: fmt.Errorf("%s is not listed yet", r.Made)}, nil
	}
	if r.Seen && r.Accepted == r.Made { // others may have deleted tokens since, so earlier lists prove nothing
		w.known = nil
	}
	gone := Assessment{State: Nothing, ClientIDs: f.ClientIDs}
	gone, err := iss.proveAbsent(ctx, w, gone, func(s TokenList) bool { return !s.Lists(r.Made) })
	if err == nil && gone.State != Nothing && f.State != Orphan {
		return f, nil // without proof a stored token is kept
	}
	return gone, err
}

// otherToken returns the client ID of the token that was issued although the response
// named another one, "" if it is not known.
func (r Record) otherToken() string {
	switch {
	case r.Other != "":
		return r.Other
	case r.Doubtful && r.Accepted != r.Made: // by a version that did not record the other one
		return r.Accepted
	}
	return ""
}

// findOther assesses an operation whose response named another token than the one that
// a list showed, and whose DELETE may have been sent.
func (iss Issuer) findOther(ctx context.Context, w *Witness, sight TokenList, r Record) (Assessment, error) {
	other := r.otherToken()
	switch {
	case sight.Lists(other): // it has lost its mark
		return Assessment{State: Lookalike, ClientIDs: []string{other}}, nil
	case r.maybeElsewhere() && iss.Caller != r.Caller: // another login may not list it
		return Assessment{State: Unclear, ClientIDs: []string{other}, Why: errOtherOrg(r)}, nil
	case r.Accepted == other: // others may have deleted tokens since, so earlier lists prove nothing
		w.known = nil
	}
	return iss.proveAbsent(ctx, w, Assessment{State: Nothing, ClientIDs: []string{other}}, func(s TokenList) bool { return !s.Lists(other) })
}

// findDoubtful assesses an operation with a stored secret whose response may have named
// another token. The secret is kept once the service accepts it. It is not kept if the
// service rejects it and another token with the mark was found: that one was issued.
func (iss Issuer) findDoubtful(ctx context.Context, w *Witness, sight TokenList, r Record, f Assessment, destinations []Destination) (Assessment, error) {
	for _, d := range destinations {
		keeper, keeps := d.(Loader)
		if held, err := d.Holds(ctx, r.Made); err != nil || !held || !keeps {
			continue
		}
		if text, err := keeper.Load(ctx, r.Made); err == nil && iss.accepts(ctx, text, r.Request.OrgID) {
			return f, nil
		}
	}
	isRejected, err := iss.isRejected(ctx, r.Made, destinations)
	if err == nil && isRejected && r.otherToken() != "" {
		return iss.findOther(ctx, w, sight, r)
	}
	return Assessment{State: Unclear, ClientIDs: f.ClientIDs, Why: errDoubtful}, err
}

// findRotation assesses a rotation whose new token is stored. It has ended only if both
// tokens are proven to be deleted.
func (iss Issuer) findRotation(ctx context.Context, r Record, destinations []Destination) (Assessment, error) {
	f := Assessment{State: r.rotationState(iss.ServiceTime()), ClientIDs: []string{r.Made}}
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
		if isRejected, err := iss.isRejected(ctx, id, destinations); err != nil || held && !isRejected {
			return f, err
		}
	}
	gone, err := iss.proveAbsent(ctx, w, Assessment{State: Nothing, ClientIDs: []string{r.Made, r.Old}}, func(s TokenList) bool {
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

// rotationState returns the state of a rotation whose new token is stored.
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
