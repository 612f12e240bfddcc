// Package token is "astra token": the application tokens of the organization.
package token

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "token",
		SuggestFor: []string{"credential", "credentials", "secret"},
		Short:      "Manage application tokens",
		Long: `Manage application tokens.

A token has a client ID and a secret. The service shows secret and token once,
when the token is generated. A token works until it expires or is revoked; by
default it never expires.

The token is for the Document, REST, GraphQL and DevOps APIs, within the
permissions of its roles. Client ID and secret are for drivers. Databases
created since March 4, 2021 use them instead of user name and password; older,
classic databases keep their password.`,
		Example: "  astra token list",
	}, newDelete, newGenerate, newGet, newList, newPanic, newRecover, newRotate, newVerify)
}

// tokenRow is a token as it is shown.
type tokenRow struct {
	devops.Token
	saved       string // the name under which its secret is stored here
	roles       []lookup.RoleRef
	description string
	operation   string     // mark of the command that made it, "" if made elsewhere
	replaces    string     // client id of the listed token that a rotation made it to replace
	replacedBy  string     // client id of the listed token that a rotation made to replace it, the youngest of several
	successors  []tokenRow // all of those, the youngest last
	current     bool
	now         time.Time
}

// age is what rows are sorted by, in seconds; nil if the service does not tell.
func (r tokenRow) age() any {
	if r.GeneratedOn.IsZero() {
		return nil
	}
	return int64(r.now.Sub(r.GeneratedOn).Seconds())
}

// unset is what people read where a token has no expiry. A list without times says
// nothing of it.
func (r tokenRow) unset() string {
	if r.lacksTimestamps() {
		return "unknown"
	}
	return "never"
}

func columns() []output.Column[tokenRow] {
	return []output.Column[tokenRow]{
		{Key: "clientId", Value: func(r tokenRow) any { return r.ClientID }, Name: true},
		{Key: "name", Value: func(r tokenRow) any { return output.OrNull(r.saved) }, Spare: 1},
		{Key: "roles", Value: func(r tokenRow) any { return r.roles }, Text: func(r tokenRow) string { return lookup.RoleNames(r.roles) }, Spare: -1},
		{Key: "description", Value: func(r tokenRow) any { return r.description }},
		{Key: "generatedOn", Value: func(r tokenRow) any { return r.GeneratedOn }, Sorted: true, Spare: 2},
		{Key: "expiresAt", Value: func(r tokenRow) any { return r.ExpiresAt }, Unset: tokenRow.unset, Spare: -1},
		{Key: "age", Value: func(r tokenRow) any { return cli.Age(r.now, r.GeneratedOn) }, Order: tokenRow.age, Human: true, AgeOf: "generatedOn", Spare: 1},
		{Key: "current", Value: func(r tokenRow) any { return r.current }, Mark: true, Spare: 1},
		{Key: "operation", Value: func(r tokenRow) any { return output.OrNull(r.operation) }, Wide: true},
		{Key: "replaces", Value: func(r tokenRow) any { return output.OrNull(r.replaces) }, Wide: true},
		{Key: "replacedBy", Value: func(r tokenRow) any { return output.OrNull(r.replacedBy) }, Wide: true},
	}
}

// rows returns the tokens as they are shown.
func rows(ctx context.Context, app *cli.App, session *cli.Session) ([]tokenRow, error) {
	tokens, err := session.Tokens.List(ctx)
	if err != nil {
		return nil, err
	}
	if err := review(ctx, app, session, tokens); err != nil {
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
	all := []tokenRow{}
	for i, t := range tokens {
		roles, err := session.RoleRefs(ctx, t.Roles)
		if err != nil {
			return nil, err
		}
		if i == 0 { // the list of roles, which needs room itself, was read
			all = make([]tokenRow, 0, len(tokens))
		}
		for i, ref := range roles {
			t.Roles[i] = ref.ID
		}
		r := tokenRow{Token: t, roles: roles, current: t.ClientID == session.ClientID, now: now}
		r.description, r.operation = onetime.SplitDescription(t.Description)
		for _, s := range profile.Tokens {
			if s.ClientID == t.ClientID {
				r.saved = s.Name
			}
		}
		all = append(all, r)
	}
	pair(all)
	return all, nil
}

// review warns of tokens in the list that were made although the service refused it.
func review(ctx context.Context, app *cli.App, session *cli.Session, tokens []devops.Token) error {
	journal, err := app.JournalIfAny()
	if err != nil {
		return err
	}
	if open, err := journal.List(); err != nil || len(open) == 0 {
		return nil //nolint:nilerr // each command warns of a journal that cannot be read
	}
	maker, err := app.Maker(ctx, session)
	if err != nil {
		return err
	}
	found, err := maker.Review(ctx, tokens)
	for _, id := range found {
		app.Warn("%s was generated although the service refused it. To revoke it: %s", id, app.Command("astra token recover"))
	}
	return err
}

// sessionProfile is the profile whose saved tokens belong to the session's
// organization: the one that is chosen, or none.
func sessionProfile(app *cli.App, session *cli.Session) (config.Profile, error) {
	if session.Profile.Name != "" {
		return session.Profile, nil
	}
	if app.Sandboxed() {
		return app.Profile()
	}
	return config.Profile{}, nil
}

// ambiguous reports whether find failed because a reference means two tokens.
func ambiguous(err error) bool {
	e, ok := errors.AsType[*exit.Error](err)
	return ok && e.Exit == exit.Conflict
}

// find returns the token that ref means: a client id, exactly, or the name
// under which it is saved here.
func find(all []tokenRow, ref string) (tokenRow, error) {
	var known []string
	var meant []tokenRow
	for _, r := range all {
		if r.ClientID == ref || r.saved == ref && ref != "" {
			meant = append(meant, r)
		}
		known = append(known, r.ClientID)
		if r.saved != "" {
			known = append(known, r.saved)
		}
	}
	switch len(meant) {
	case 0:
	case 1:
		return meant[0], nil
	default:
		return tokenRow{}, exit.Ambiguous("token", ref, []string{meant[0].ClientID, meant[1].ClientID}).
			WithHint("it is the client ID of one token and the saved name of another")
	}
	e := exit.NotFoundf("token", ref, known)
	return tokenRow{}, e.WithNext("astra token list")
}
