package tokens

import (
	"errors"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

// What a list says, and what the service says of the token itself, decide together whether
// a token that was found is live, and whether it is revoked.
func TestExposedState(t *testing.T) {
	t.Parallel()
	session := new(cli.Session)
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	expired := Token{Now: now}
	expired.ExpiresAt = now.Add(-time.Hour)
	offline := errors.New("no route to host")
	for name, tc := range map[string]struct {
		token ExposedToken
		state string
		plain bool // revoked without --force
		force bool // revoked with it
	}{
		"accepted":                     {ExposedToken{self: session}, stateLive, true, true},
		"accepted and listed":          {ExposedToken{self: session, lister: session}, stateLive, true, true},
		"rejected and not listed":      {ExposedToken{}, StateNotLive, false, false},
		"rejected, listed":             {ExposedToken{lister: session}, stateUnproven, false, true},
		"rejected, listed, expired":    {ExposedToken{lister: session, Token: expired}, StateNotLive, false, false},
		"not asked, listed":            {ExposedToken{askFailure: offline, lister: session}, stateLive, true, true},
		"not asked, listed, expired":   {ExposedToken{askFailure: offline, lister: session, Token: expired}, StateNotLive, false, false},
		"not asked, not listed":        {ExposedToken{askFailure: offline}, stateUnanswered, false, false},
		"in use":                       {ExposedToken{self: session, lister: session, Token: Token{Current: true}}, stateLive, false, true},
		"in use and stored":            {ExposedToken{self: session, lister: session, Stored: true, Token: Token{Current: true}}, stateLive, false, true},
		"in use and replaced":          {ExposedToken{self: session, lister: session, Stored: true, Replaced: true, Token: Token{Current: true}}, stateLive, true, true},
		"rejected, listed, and in use": {ExposedToken{lister: session, Token: Token{Current: true}}, stateUnproven, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &tc.token
			if l.State() != tc.state || l.ShouldRevoke(false) != tc.plain || l.ShouldRevoke(true) != tc.force {
				t.Errorf("%s, revoked %v, with --force %v", l.State(), l.ShouldRevoke(false), l.ShouldRevoke(true))
			}
			if why := l.blockReason(false); why != nil && l.State() != stateUnanswered && !exit.Is(why, exit.Refused) {
				t.Errorf("not a refusal: %v", why)
			}
		})
	}
}

// The tokens with which others are revoked come after those, and the token in use last.
func TestExposedOrder(t *testing.T) {
	t.Parallel()
	key := &cli.Session{ClientID: "key"}
	plain, replaced, revoker, current := new(ExposedToken), &ExposedToken{Replaced: true}, new(ExposedToken), new(ExposedToken)
	plain.ClientID, plain.revokers = "plain", []*cli.Session{key}
	revoker.ClientID, revoker.revokers = "key", []*cli.Session{key}
	current.Current = true
	all := []*ExposedToken{current, revoker, replaced, plain}
	for want, tokens := range [][]*ExposedToken{{plain}, {replaced, revoker}, {current}} {
		for _, l := range tokens {
			if got := l.rank(all); got != want {
				t.Errorf("%q: rank %d, want %d", l.ClientID, got, want)
			}
		}
	}
	if got := revoker.rank([]*ExposedToken{revoker}); got != 0 {
		t.Errorf("a token that revokes only itself has rank %d", got)
	}
}
