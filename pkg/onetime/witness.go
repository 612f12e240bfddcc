package onetime

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// A Witness decides whether a token is ours, there, or gone. What the service
// answers is a claim: a list may be late, or one page of several, and a DELETE
// that failed may have worked. So a list proves that a token is absent only if it
// is whole: it holds the token that asks, and every token that was there before
// and was not deleted from here and has not expired.
type Witness struct {
	Tokens  *devops.TokenService
	Journal Journal          // knows which tokens were deleted from this machine
	Caller  string           // client id of the token that asks
	Now     func() time.Time // the service's time
	// Rejected reports whether the service, asked with the stored secret of a
	// client id, says clearly that there is no such token. Without such a secret, and
	// for a token that may be so new that it is not accepted yet, it reports false.
	// It may be nil.
	Rejected func(ctx context.Context, clientID string) (bool, error)

	// RejectedMissing is Rejected for tokens that a list lacks; Rejected if nil.
	RejectedMissing func(ctx context.Context, clientID string) (bool, error)

	pauses []time.Duration      // between looks; those of absence.Pauses if nil
	known  map[string]time.Time // client ids that a whole list holds, with their expiry (zero: never)
}

// Expect adds tokens that were there to those that a whole list holds.
func (w *Witness) Expect(tokens []devops.Token) {
	if w.known == nil {
		w.known = make(map[string]time.Time, len(tokens))
	}
	for _, t := range tokens {
		w.known[t.ClientID] = t.ExpiresAt
	}
}

// A Sight is one look at the list of tokens.
type Sight struct {
	Tokens  []devops.Token
	Missing []string // what a whole list holds and this one does not
}

// Complete reports whether the list holds all that was there before.
func (s Sight) Complete() bool { return len(s.Missing) == 0 }

// Lists reports whether a token is listed.
func (s Sight) Lists(clientID string) bool { return lists(s.Tokens, clientID) }

func lists(tokens []devops.Token, clientID string) bool {
	return slices.ContainsFunc(tokens, func(t devops.Token) bool { return t.ClientID == clientID })
}

// Look asks for the list. The tokens in question may be absent from a whole list.
func (w *Witness) Look(ctx context.Context, inQuestion ...string) (Sight, error) {
	live, err := w.Tokens.List(ctx)
	if err != nil {
		return Sight{}, err
	}
	return w.compare(ctx, live, inQuestion...)
}

// compare says what a list lacks.
func (w *Witness) compare(ctx context.Context, live []devops.Token, inQuestion ...string) (Sight, error) {
	there := make(map[string]bool, len(live))
	for _, t := range live {
		there[t.ClientID] = true
	}
	s := Sight{Tokens: live}
	asked := make(map[string]bool, len(inQuestion))
	for _, id := range inQuestion {
		asked[id] = true
	}
	if !there[w.Caller] && !asked[w.Caller] && !failpoint.Disabled("caller-listed") {
		s.Missing = append(s.Missing, w.Caller)
	}
	deleted := w.Journal.deleted()
	for id, expiry := range w.known {
		expired := !expiry.IsZero() && !w.Now().Before(expiry) && !failpoint.Disabled("expiry-known")
		if there[id] || expired || deleted[id] || id == w.Caller || asked[id] || failpoint.Disabled("older-listed") {
			continue
		}
		s.Missing = append(s.Missing, id)
	}
	var err error
	if s.Missing, err = w.withoutRejected(ctx, s.Missing); err != nil {
		return Sight{}, err
	}
	slices.Sort(s.Missing)
	w.Expect(live)
	return s, nil
}

// maxAsked bounds the questions of one look about missing tokens.
const maxAsked = 8

// withoutRejected leaves out the missing tokens that others deleted: those whose
// stored secret the service rejects.
func (w *Witness) withoutRejected(ctx context.Context, missing []string) ([]string, error) {
	dead := w.RejectedMissing
	if dead == nil {
		dead = w.Rejected
	}
	if dead == nil || len(missing) > maxAsked {
		return missing, nil
	}
	var still []string
	for _, id := range missing {
		rejected, err := dead(ctx, id)
		if err != nil {
			return nil, err
		}
		if !rejected && !failpoint.Disabled("deletion-confirmed") {
			still = append(still, id)
		}
	}
	return still, nil
}

// Gone proves that tokens are gone, as absence.Prover does. Where no list is whole,
// the service's clear rejection of a token's secret is proof too.
func (w *Witness) Gone(ctx context.Context, accepted map[string]bool) map[string]error {
	if _, own := accepted[w.Caller]; own && len(accepted) == 1 && w.isRejected(ctx, w.Caller) {
		_ = w.Journal.NoteDeleted(w.Caller)
		return nil // it was accepted until now, and a token that revoked itself can see no list
	}
	look := func(ctx context.Context, inQuestion []string) (absence.Sight, error) {
		sight, err := w.Look(ctx, inQuestion...)
		there := make(map[string]bool, len(sight.Tokens))
		for _, t := range sight.Tokens {
			there[t.ClientID] = true
		}
		return absence.Sight{There: there, Missing: sight.Missing}, err
	}
	failures := absence.Prover{Look: look, Pauses: w.pauses}.Prove(ctx, accepted)
	for id, failure := range failures {
		if !errors.Is(failure, absence.ErrStillListed) && w.isRejected(ctx, id) {
			delete(failures, id)
		}
	}
	for id := range accepted {
		if failures[id] == nil {
			_ = w.Journal.NoteDeleted(id) // without the note a list may count as incomplete
		}
	}
	return failures
}

// isRejected reports whether the service clearly rejects a stored token.
func (w *Witness) isRejected(ctx context.Context, clientID string) bool {
	if w.Rejected == nil {
		return false
	}
	rejected, err := w.Rejected(ctx, clientID)
	return err == nil && rejected
}
