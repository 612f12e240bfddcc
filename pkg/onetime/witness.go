package onetime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
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
	// client id, says clearly that there is no such token. Without such a secret
	// it reports false. It may be nil.
	Rejected func(ctx context.Context, clientID string) (bool, error)

	pauses []time.Duration      // between looks; those of looks if nil
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

// Whole reports whether the list holds all that was there before.
func (s Sight) Whole() bool { return len(s.Missing) == 0 }

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
	return w.judge(ctx, live, inQuestion...)
}

// judge says what a list lacks.
func (w *Witness) judge(ctx context.Context, live []devops.Token, inQuestion ...string) (Sight, error) {
	there := make(map[string]bool, len(live))
	for _, t := range live {
		there[t.ClientID] = true
	}
	s := Sight{Tokens: live}
	if !there[w.Caller] && !slices.Contains(inQuestion, w.Caller) {
		s.Missing = append(s.Missing, w.Caller)
	}
	deleted := w.Journal.deleted()
	for id, expiry := range w.known {
		expired := !expiry.IsZero() && !w.Now().Before(expiry)
		if there[id] || expired || deleted[id] || id == w.Caller || slices.Contains(inQuestion, id) {
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
	if w.Rejected == nil || len(missing) > maxAsked {
		return missing, nil
	}
	var still []string
	for _, id := range missing {
		rejected, err := w.Rejected(ctx, id)
		if err != nil {
			return nil, err
		}
		if !rejected {
			still = append(still, id)
		}
	}
	return still, nil
}

// ErrUnproven says that neither a list nor an answer proves what became of a token.
var ErrUnproven = errors.New("could not be verified")

// An IncompleteListError says that a list of tokens is not whole, so that it
// proves nothing about what it does not show.
type IncompleteListError struct{ Missing []string }

// Error names what is missing, as far as that helps.
func (e *IncompleteListError) Error() string {
	const most = 3
	words := strings.Join(e.Missing[:min(most, len(e.Missing))], ", ")
	if more := len(e.Missing) - most; more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return "the token list is incomplete: it lacks " + words
}

// Unwrap returns ErrUnproven.
func (e *IncompleteListError) Unwrap() error { return ErrUnproven }

// ErrStillListed says that a token was deleted and is still listed.
var ErrStillListed = errors.New("the service reported it as deleted but still lists it")

// errOnce is a token that a failed DELETE may have deleted, absent from one list.
var errOnce = fmt.Errorf("it is no longer listed, but its deletion failed: %w", ErrUnproven)

// absences is how many whole lists in a row prove that a token is gone whose
// DELETE did not succeed.
const absences = 3

// Delete revokes a token, and makes a note of it if the service says that it did.
func (w *Witness) Delete(ctx context.Context, clientID string) error {
	err := w.Tokens.Delete(ctx, clientID)
	if err == nil {
		_ = w.Journal.NoteDeleted(clientID) // without the note a list may count as incomplete
	}
	return err
}

// Gone looks until it is proven that tokens are gone, or until more looks are of no
// use. accepted says of each token in question whether its DELETE succeeded: then
// one whole list without it is proof, else several are. Where no list is whole, the
// service's clear rejection of an accepted token's secret is proof too. It returns
// an error for each token that is not proven to be gone.
func (w *Witness) Gone(ctx context.Context, accepted map[string]bool) map[string]error {
	open, failures := maps.Clone(accepted), map[string]error{}
	absent := map[string]int{}
	all := slices.Collect(maps.Keys(accepted))
	if open[w.Caller] && len(open) == 1 && w.isRejected(ctx, w.Caller) {
		return failures // a token that revoked itself can see no list
	}
	pauses := w.pauses
	if pauses == nil {
		pauses = looks()
	}
	for _, pause := range pauses {
		if len(open) == 0 || sleep(ctx, pause) != nil {
			break
		}
		sight, err := w.Look(ctx, all...)
		if errors.Is(err, devops.ErrForbidden) || errors.Is(err, devops.ErrUnauthorized) {
			for id := range open {
				failures[id] = err
			}
			break
		}
		for id, ok := range open {
			switch {
			case err != nil:
				failures[id] = err
			case sight.Lists(id):
				absent[id], failures[id] = 0, ErrStillListed
				if !ok {
					delete(open, id)
				}
			case !sight.Whole():
				absent[id], failures[id] = 0, &IncompleteListError{sight.Missing}
			default:
				absent[id]++
				failures[id] = errOnce
				if ok || absent[id] >= absences {
					delete(failures, id)
					delete(open, id)
				}
			}
		}
	}
	for id, ok := range open {
		if failures[id] == nil {
			failures[id] = ErrUnproven // the time was over before the first look
		}
		if ok && !errors.Is(failures[id], ErrStillListed) && w.isRejected(ctx, id) {
			delete(failures, id)
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

// looks are the pauses between looks at the list: it may be late.
func looks() []time.Duration {
	return []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

// sleep waits, unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
