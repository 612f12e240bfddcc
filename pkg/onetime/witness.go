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

// A Witness decides whether a token exists or is deleted. A response of the service is
// no proof: a list may be late, or one page of several, and a DELETE that failed may
// have taken effect. A list proves that a token is absent only if it is complete: it
// has the token of the caller, and every token that existed before, was not deleted
// from this machine and has not expired.
type Witness struct {
	Tokens *devops.TokenService
	// Enterprise says that the tokens are those of another organization of the
	// enterprise, which have a list of their own.
	Enterprise bool
	// Anywhere says that it is unclear which list has the token: both are read, and
	// Enterprise has no effect.
	Anywhere bool
	Journal  Journal          // has the tokens that were deleted from this machine
	Caller   string           // client ID of the token in use
	Now      func() time.Time // the service's time
	// Rejected reports whether the service clearly rejects the stored secret of a
	// client ID. Without a stored secret, and for a token that may be too new to be
	// accepted, it reports false. It may be nil.
	Rejected func(ctx context.Context, clientID string) (bool, error)

	// RejectedMissing is Rejected for tokens that are missing in a list; Rejected if
	// nil.
	RejectedMissing func(ctx context.Context, clientID string) (bool, error)

	pauses []time.Duration      // between looks; those of absence.Pauses if nil
	known  map[string]time.Time // client IDs in a complete list, with their expiry (zero: never)
}

// Expect adds tokens to those that a complete list must have.
func (w *Witness) Expect(tokens []devops.Token) {
	if w.known == nil {
		w.known = make(map[string]time.Time, len(tokens))
	}
	for _, t := range tokens {
		w.known[t.ClientID] = t.ExpiresAt
	}
}

// A TokenList is one reading of the list of tokens.
type TokenList struct {
	Tokens  []devops.Token
	Missing []string // client IDs that a complete list would have
}

// Complete reports whether the list is complete.
func (s TokenList) Complete() bool { return len(s.Missing) == 0 }

// Lists reports whether a token is listed.
func (s TokenList) Lists(clientID string) bool { return lists(s.Tokens, clientID) }

func lists(tokens []devops.Token, clientID string) bool {
	return slices.ContainsFunc(tokens, func(t devops.Token) bool { return t.ClientID == clientID })
}

// Look reads the list. A complete list may lack the tokens in question.
func (w *Witness) Look(ctx context.Context, inQuestion ...string) (TokenList, error) {
	live, err := w.list(ctx)
	if err != nil {
		return TokenList{}, err
	}
	return w.compare(ctx, live, inQuestion...)
}

// list reads the list that has the tokens. Of two it needs one: most logins can read
// only that of their organization.
func (w *Witness) list(ctx context.Context) ([]devops.Token, error) {
	if w.Enterprise && !w.Anywhere {
		return w.Tokens.ListEnterprise(ctx)
	}
	live, err := w.Tokens.List(ctx)
	if !w.Anywhere {
		return live, err
	}
	others, failed := w.Tokens.ListEnterprise(ctx)
	if failed != nil {
		return live, err
	}
	for _, t := range others {
		if !lists(live, t.ClientID) {
			live = append(live, t)
		}
	}
	return live, nil
}

// compare finds the tokens that are missing in a list.
func (w *Witness) compare(ctx context.Context, live []devops.Token, inQuestion ...string) (TokenList, error) {
	there := make(map[string]bool, len(live))
	for _, t := range live {
		there[t.ClientID] = true
	}
	s := TokenList{Tokens: live}
	asked := make(map[string]bool, len(inQuestion))
	for _, id := range inQuestion {
		asked[id] = true
	}
	if !there[w.Caller] && !asked[w.Caller] && !failpoint.Disabled("caller-listed") {
		s.Missing = append(s.Missing, w.Caller)
	}
	deleted := w.Journal.readDeleted()
	for id, expiry := range w.known {
		expired := !expiry.IsZero() && !w.Now().Before(expiry) && !failpoint.Disabled("expiry-known")
		if there[id] || expired || deleted[id] || id == w.Caller || asked[id] || failpoint.Disabled("older-listed") {
			continue
		}
		s.Missing = append(s.Missing, id)
	}
	var err error
	if s.Missing, err = w.excludeRejected(ctx, s.Missing); err != nil {
		return TokenList{}, err
	}
	slices.Sort(s.Missing)
	w.Expect(live)
	return s, nil
}

// maxAsked limits the missing tokens about which the service is asked.
const maxAsked = 8

// excludeRejected removes the missing tokens that were deleted elsewhere: the service
// rejects their stored secrets.
func (w *Witness) excludeRejected(ctx context.Context, missing []string) ([]string, error) {
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

// Gone proves that tokens are deleted, as absence.Prover does. If no list is complete,
// the clear rejection of a token by the service is proof too.
func (w *Witness) Gone(ctx context.Context, accepted map[string]bool) map[string]error {
	if _, own := accepted[w.Caller]; own && len(accepted) == 1 && w.isRejected(ctx, w.Caller) {
		_ = w.Journal.NoteDeleted(w.Caller)
		return nil // it was accepted until now, and a token that revoked itself cannot list tokens
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
			_ = w.Journal.NoteDeleted(id) // without the record a list may count as incomplete
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
