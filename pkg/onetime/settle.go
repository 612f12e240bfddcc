package onetime

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// witness is what answers for the tokens of an operation. destinations are where
// its secrets may be stored, so that the service can be asked with them.
func (m Maker) witness(r Record, destinations []Destination) *Witness {
	w := &Witness{Tokens: m.Tokens, Journal: m.Journal, Caller: m.Caller, Now: m.Clock}
	before := make([]devops.Token, 0, len(r.Before))
	for _, id := range r.Before {
		before = append(before, devops.Token{ClientID: id, ExpiresAt: r.Expires[id]})
	}
	if !r.abroad() {
		for _, id := range m.Known {
			before = append(before, devops.Token{ClientID: id})
		}
	}
	w.Expect(before)
	w.Rejected = func(ctx context.Context, clientID string) (bool, error) {
		return m.rejected(ctx, clientID, destinations)
	}
	w.Dead = func(ctx context.Context, clientID string) (bool, error) {
		if dead, err := m.rejected(ctx, clientID, destinations); err != nil || dead || m.Rejected == nil {
			return dead, err
		}
		return m.Rejected(ctx, clientID)
	}
	return w
}

// foreign reports whether a token cannot be what an operation made: it is the
// caller's, or was there before.
func (m Maker) foreign(r Record, clientID string) bool {
	return (clientID == m.Caller || clientID == r.Caller) && !failpoint.Disabled("caller-untouched") ||
		slices.Contains(r.Before, clientID) && !failpoint.Disabled("older-untouched")
}

// ours returns the listed tokens that carry the mark of an operation.
func (m Maker) ours(r Record, s Sight) []string {
	var ids []string
	for _, t := range s.Tokens {
		if (isMarked(t.Description, r.Nonce) || failpoint.Disabled("own-mark")) && !m.foreign(r, t.ClientID) {
			ids = append(ids, t.ClientID)
		}
	}
	return ids
}

// fresh returns the tokens that an operation may have made: all that were not there
// before, whatever they look like, but for those with the mark of another one and
// those that are stored here.
func (m Maker) fresh(r Record, s Sight) []string {
	before := make(map[string]bool, len(r.Before)) // there may be many
	for _, id := range slices.Concat(r.Before, m.Known) {
		before[id] = true
	}
	var ids []string
	for _, t := range s.Tokens {
		_, nonce := SplitDescription(t.Description)
		unmarked := nonce == "" && !failpoint.Disabled("unmarked-named")
		if !before[t.ClientID] && t.ClientID != m.Caller && t.ClientID != r.Caller && (unmarked || nonce == r.Nonce) {
			ids = append(ids, t.ClientID)
		}
	}
	if named := r.Named; named != "" && !m.foreign(r, named) && !slices.Contains(ids, named) {
		ids = append(ids, named)
	}
	return ids
}

// settle finds out what became of a request whose answer was lost. What carries our
// mark is revoked, since its secret is lost. Other new tokens are named and never
// touched.
func (m Maker) settle(ctx context.Context, entry *Entry, lost error) error {
	ctx, cancel := m.unbroken(ctx, answerLimit)
	defer cancel()
	if partial, ok := errors.AsType[*devops.PartialCredential](lost); ok && !m.foreign(entry.Record, partial.ClientID) {
		entry.Named = partial.ClientID
	}
	if !failpoint.Disabled("grace-from-end") {
		entry.Began = m.Now().UTC() // the attempt ended now
	}
	if err := entry.note(Planned); err != nil {
		lost = errors.Join(lost, err)
	}
	w := m.witness(entry.Record, nil)
	pending := &PendingError{Cause: lost}
	for _, pause := range absence.Pauses() {
		if err := absence.Sleep(ctx, pause); err != nil {
			break
		}
		sight, err := w.Look(ctx)
		if err != nil {
			return &PendingError{ClientIDs: pending.ClientIDs, Blind: true, Cause: errors.Join(lost, err)}
		}
		if ours := m.ours(entry.Record, sight); len(ours) > 0 {
			return m.takeAllBack(ctx, entry, sight, lost)
		}
		pending.ClientIDs = m.fresh(entry.Record, sight)
	}
	return pending
}

// takeAllBack revokes every token with the mark of an operation: a request that was
// sent again may have made a second one.
func (m Maker) takeAllBack(ctx context.Context, entry *Entry, seen Sight, cause error) error {
	var failure error
	for _, id := range m.ours(entry.Record, seen) {
		if err := m.takeBackSeen(ctx, entry, id, cause, &seen); !errors.Is(err, ErrNothingKept) {
			return err
		} else if failure == nil {
			failure = err
		}
	}
	return failure
}

// doubt looks at the list after a refusal, which may be another's than that of the
// service, or come after the fact. What shows of the request is settled as if the
// answer was lost. Else the refusal is returned, and the operation stays in the
// journal until a later look finds nothing of it: a list may be late.
func (m Maker) doubt(ctx context.Context, entry *Entry, refusal error) error {
	looking, cancel := m.unbroken(ctx, revokeLimit)
	defer cancel()
	sight, err := m.witness(entry.Record, nil).Look(looking)
	if err == nil {
		if ours := m.ours(entry.Record, sight); len(ours) > 0 {
			return m.takeAllBack(ctx, entry, sight, refusal)
		}
	}
	fresh := m.fresh(entry.Record, sight)
	agrees := err == nil && sight.Whole() && len(fresh) == 0
	entry.Began, entry.Refused = m.Now().UTC(), isPlain(refusal) && agrees
	if noted := entry.note(Planned); noted != nil {
		return errors.Join(refusal, noted)
	}
	if !agrees {
		return &PendingError{ClientIDs: fresh, Blind: err != nil, Cause: errors.Join(refusal, err)}
	}
	if entry.Kind == Rotating { // which ends, while the attempt is watched
		if err := m.handOver(ctx, entry.Record); err != nil {
			return errors.Join(refusal, err)
		}
		entry.Refused = false
		return refusal
	}
	entry.Leave()
	return refusal
}

// isPlain reports whether a refusal is one that the service is known to give to the
// creation of a token. Commands do not remind of it.
func isPlain(refusal error) bool {
	e, ok := errors.AsType[*devops.Error](refusal)
	return ok && slices.Contains([]int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
	}, e.Status)
}

// confirm looks whether the list agrees with the answer: our mark on other tokens
// shows that the answer named a wrong one, or that the request was done twice. Where
// the list does not show our mark on the new token, the service is asked with it: few
// lists show the tokens of another organization.
func (m Maker) confirm(ctx context.Context, entry *Entry, made devops.Credential) error {
	sight, err := m.witness(entry.Record, nil).Look(ctx)
	if failpoint.Disabled("answer-compared") {
		return nil
	}
	if err != nil {
		if ctx.Err() != nil {
			return m.takeBack(ctx, entry, entry.Made, context.Cause(ctx))
		}
		entry.Doubtful = !m.accepts(ctx, made.Token, entry.Order.OrgID) // no list agrees with the answer
		return nil
	}
	ours := m.ours(entry.Record, sight)
	others := slices.DeleteFunc(slices.Clone(ours), func(id string) bool { return id == made.ClientID })
	switch {
	case len(ours) == 0:
		entry.Doubtful = !m.accepts(ctx, made.Token, entry.Order.OrgID)
		return nil
	case len(others) == 0:
		entry.Seen = true // noted with the next step
		return nil
	case len(others) < len(ours): // the answer was right, and there is one more
		entry.Seen = true
		for _, id := range others {
			if err := m.revokeOurs(ctx, entry, id, &sight); err != nil {
				cause := fmt.Errorf("the request took effect twice: %w", err)
				return errors.Join(m.takeBack(ctx, entry, made.ClientID, cause), &PendingError{ClientIDs: others, Certain: true, Cause: cause})
			}
		}
		return nil
	}
	entry.Made, entry.Named = "", made.ClientID
	return m.settle(ctx, entry, fmt.Errorf("the response names %s, but the list shows %s as new", made.ClientID, strings.Join(others, ", ")))
}

// accepts reports whether the service accepts a token, as one of an organization.
func (m Maker) accepts(ctx context.Context, token secret.Text, orgID string) bool {
	client, err := m.With(ctx, token)
	if err != nil {
		return false
	}
	org, err := client.Orgs.Current(ctx)
	return err == nil && org == orgID
}
