package tokens

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
)

// A Token is a listed token with the facts that this machine knows about it.
type Token struct {
	devops.Token
	Saved      string // name under which its secret is stored on this machine
	RoleRefs   []lookup.RoleRef
	Text       string
	Mark       string  // of the operation that issued it; "" if it was issued elsewhere
	Replaces   string  // client ID of the listed token that it replaces
	ReplacedBy string  // client ID of the youngest of the successors
	Successors []Token // the tokens that replace it, youngest last
	Current    bool
	Now        time.Time
}

// Age returns the age in seconds, for sorting; nil if the list does not show it.
func (r Token) Age() any {
	if r.GeneratedOn.IsZero() {
		return nil
	}
	return int64(r.Now.Sub(r.GeneratedOn).Seconds())
}

// ExpiryText is the text for a token without an expiry. A list without times does not
// show it.
func (r Token) ExpiryText() string {
	if r.LacksTimes() {
		return "unknown"
	}
	return "never"
}

// IsExpired reports whether the token has expired.
func (r Token) IsExpired() bool { return !r.ExpiresAt.IsZero() && !r.Now.Before(r.ExpiresAt) }

// LacksTimes reports whether the list omits the times of a token, so that its expiry is
// unknown.
func (r Token) LacksTimes() bool { return r.ExpiresAt.IsZero() && r.GeneratedOn.IsZero() }

// The states of a token. It has one about its expiry, and StateRoleDeleted if one of its
// roles does not exist.
const (
	StateExpired      = "expired"
	StateExpires      = "expires"
	StateNeverExpires = "never-expires"
	StateUnknown      = "unknown"
	StateRoleDeleted  = "role-deleted"
)

// TokenStates returns all states of a token.
func TokenStates() []string {
	return []string{StateExpired, StateExpires, StateNeverExpires, StateRoleDeleted, StateUnknown}
}

// States returns the states of the token.
func (r Token) States() []string {
	states := []string{StateExpires}
	switch {
	case r.LacksTimes():
		states[0] = StateUnknown
	case r.ExpiresAt.IsZero():
		states[0] = StateNeverExpires
	case r.IsExpired():
		states[0] = StateExpired
	}
	if slices.ContainsFunc(r.RoleRefs, lookup.RoleRef.IsDeleted) {
		states = append(states, StateRoleDeleted)
	}
	return states
}

// StatesText returns the states for people: "expires in 12 days, role deleted".
func (r Token) StatesText() string {
	words := map[string]string{
		StateExpires: "expires " + output.Moment(r.Now, r.ExpiresAt), StateNeverExpires: "never expires",
		StateUnknown: "expiry unknown", StateRoleDeleted: "role deleted",
	}
	texts := r.States()
	for i, state := range texts {
		texts[i] = cmp.Or(words[state], state)
	}
	return strings.Join(texts, ", ")
}

// Describe describes a token in a prompt.
func (r Token) Describe() string {
	if r.GeneratedOn.IsZero() && r.RoleRefs == nil {
		return "not listed"
	}
	words := lookup.RoleNames(r.RoleRefs)
	if words == "" {
		words = "no roles"
	}
	if r.Saved != "" {
		words = r.Saved + ", " + words
	}
	if r.Text != "" {
		words += ", " + r.Text
	}
	return words + ", generated " + cli.Age(r.Now, r.GeneratedOn) + " ago"
}

// List returns the tokens of the organization.
func List(ctx context.Context, app *cli.App, session *cli.Session) ([]Token, error) {
	session.Ahead(ctx, lookup.Tokens(), lookup.Roles())
	tokens, err := lookup.Answer(ctx, session.Directory, lookup.Tokens())
	if err != nil {
		return nil, err
	}
	if err := reviewRefusals(ctx, app, session, tokens); err != nil {
		return nil, err
	}
	profile, err := sessionProfile(app, session)
	if err != nil {
		return nil, err
	}
	now, err := app.ServiceNow()
	if err != nil {
		return nil, err
	}
	all := []Token{}
	for i, t := range tokens {
		roles, err := session.RoleRefs(ctx, t.Roles)
		if err != nil {
			return nil, err
		}
		if i == 0 { // after the list of roles was read, which needs memory itself
			all = make([]Token, 0, len(tokens))
		}
		for i, ref := range roles {
			t.Roles[i] = ref.ID
		}
		r := Token{Token: t, RoleRefs: roles, Current: t.ClientID == session.ClientID, Now: now}
		r.Text, r.Mark = onetime.SplitDescription(t.Description)
		for _, s := range profile.Tokens {
			if s.ClientID == t.ClientID {
				r.Saved = s.Name
			}
		}
		all = append(all, r)
	}
	pairRotations(all)
	return all, nil
}

// reviewRefusals warns about listed tokens that were generated although the service
// refused the request.
func reviewRefusals(ctx context.Context, app *cli.App, session *cli.Session, live []devops.Token) error {
	journal, err := openJournalIfAny(app)
	if err != nil {
		return err
	}
	if open, err := journal.List(); err != nil || len(open) == 0 {
		return nil //nolint:nilerr // each command warns of a journal that cannot be read
	}
	maker, err := newIssuer(ctx, app, session)
	if err != nil {
		return err
	}
	found, err := maker.Review(ctx, live)
	for _, id := range found {
		app.Warn("%s was generated although the service refused it. To revoke it: %s", id, app.Command("astra token recover"))
	}
	return err
}

// sessionProfile returns the profile whose saved tokens belong to the organization of
// the session, or none.
func sessionProfile(app *cli.App, session *cli.Session) (config.Profile, error) {
	if session.Profile.Name != "" {
		return session.Profile, nil
	}
	if app.UsesSandbox() {
		return app.Profile()
	}
	return config.Profile{}, nil
}

// isAmbiguous reports whether Find failed because a reference means two tokens.
func isAmbiguous(err error) bool {
	return exit.Is(err, exit.Conflict)
}

// Find returns the token whose client ID or saved name is ref.
func Find(all []Token, ref string) (Token, error) {
	var known []string
	var matches []Token
	for _, r := range all {
		if r.ClientID == ref || r.Saved == ref && ref != "" {
			matches = append(matches, r)
		}
		known = append(known, r.ClientID)
		if r.Saved != "" {
			known = append(known, r.Saved)
		}
	}
	switch len(matches) {
	case 0:
	case 1:
		return matches[0], nil
	default:
		return Token{}, exit.Ambiguous("token", ref, []string{matches[0].ClientID, matches[1].ClientID}).
			WithHint("it is the client ID of one token and the saved name of another")
	}
	e := exit.NotFoundf("token", ref, known)
	return Token{}, e.WithNext("astra token list")
}

// FormatTime formats a time for people.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}

// ExplainUnlisted explains the failure to find a token that is saved here.
func ExplainUnlisted(app *cli.App, session *cli.Session, ref string, failure error) error {
	saved, err := findSaved(app, session, ref)
	if err != nil || saved.Name == "" || isAmbiguous(failure) {
		return failure
	}
	if now, err := app.ReadConfig(); err == nil && !names(now, saved.ClientID) {
		return exit.Failf(exit.Conflict, "%s (%s) was replaced or deleted by another command; nothing was changed", saved.Name, saved.ClientID).
			WithHint("run the command again")
	}
	if saved.OrgID != "" {
		return exit.Failf(exit.NotFound, "%s (%s) is not listed: it belongs to organization %s", saved.Name, saved.ClientID, saved.OrgID).
			WithHint("use a login of that organization").WithNext("astra token verify " + shellword.Quote(saved.Name))
	}
	return exit.Failf(exit.NotFound, "%s (%s) is saved here but not listed", saved.Name, saved.ClientID).
		WithHint("a new token may not be listed yet, or it was revoked elsewhere").WithNext("astra token verify " + shellword.Quote(saved.Name))
}

// tokensOf returns the tokens as the service listed them.
func tokensOf(all []Token) []devops.Token {
	tokens := make([]devops.Token, 0, len(all))
	for _, r := range all {
		tokens = append(tokens, r.Token)
	}
	return tokens
}
