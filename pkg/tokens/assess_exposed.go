package tokens

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/secret"
)

// maxChecks limits how many tokens are checked at the same time.
const maxChecks = 8

// AssessExposed finds out the state of the tokens found in a text, and sorts those last
// with which others are revoked. With replace, tokens that are stored here are to be
// replaced.
func AssessExposed(ctx context.Context, app *cli.App, found []secret.Token, replace bool) ([]*ExposedToken, error) {
	own, err := ownOrgView(ctx, app)
	if err != nil {
		return nil, err
	}
	url, err := app.RequestedURL()
	if err != nil {
		return nil, err
	}
	if own != nil {
		url = own.session.APIURL
	}
	cfg, err := app.Config()
	if err != nil {
		return nil, err
	}
	exposed := groupByClientID(found)
	if err := askAll(ctx, app, exposed, url); err != nil {
		return nil, err
	}
	unanswered := 0
	otherViews := map[string]*orgView{}
	for _, l := range exposed {
		l.stored = storedLocations(cfg, l.ClientID)
		if own != nil {
			l.Current = l.ClientID == own.session.ClientID
			if l.OrgID == "" || l.OrgID == own.orgID {
				l.recordView(own)
			}
		}
		if l.self != nil {
			if l.lister == nil {
				l.recordView(otherOrgView(ctx, app, l, otherViews))
			}
			l.revokers = append(l.revokers, l.self)
		}
		if l.State() == stateUnanswered {
			unanswered++
		}
	}
	if unanswered == len(exposed) {
		return nil, exposed[0].askFailure
	}
	orderExposed(app, exposed, replace)
	return exposed, nil
}

// groupByClientID groups the texts of tokens by client ID.
func groupByClientID(found []secret.Token) []*ExposedToken {
	var exposed []*ExposedToken
	for _, t := range found {
		at := slices.IndexFunc(exposed, func(l *ExposedToken) bool { return l.ClientID == t.ClientID })
		if at < 0 {
			at = len(exposed)
			exposed = append(exposed, &ExposedToken{Token: Token{Token: devops.Token{ClientID: t.ClientID}}})
		}
		exposed[at].Texts = append(exposed[at].Texts, t)
	}
	return exposed
}

// askAll asks the service with each token whether it is live.
func askAll(ctx context.Context, app *cli.App, exposed []*ExposedToken, url string) error {
	slots := make(chan struct{}, maxChecks)
	var asking sync.WaitGroup
	defer asking.Wait()
	for _, l := range exposed {
		sessions := make([]*cli.Session, len(l.Texts))
		for i, t := range l.Texts {
			var err error
			if sessions[i], err = app.Connect(t, url); err != nil {
				return err
			}
		}
		asking.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			l.ask(ctx, sessions)
		})
	}
	return nil
}

// ask finds the text that the service accepts as the token.
func (l *ExposedToken) ask(ctx context.Context, sessions []*cli.Session) {
	for _, s := range sessions {
		id, err := s.OrgID(ctx)
		switch {
		case err == nil:
			l.self, l.OrgID, l.askFailure = s, id, nil
			return
		case !devops.NoSuchToken(err): // another refusal does not say that it is revoked
			l.askFailure = err
		}
	}
}

// recordView adds the facts that a view of an organization has about the token.
func (l *ExposedToken) recordView(v *orgView) {
	if v == nil {
		return
	}
	if v.session != l.self {
		l.revokers = append(l.revokers, v.session)
	}
	if l.OrgID == v.orgID {
		l.OrgName = v.orgName
	}
	at := slices.IndexFunc(v.rows, func(r Token) bool { return r.ClientID == l.ClientID })
	if at < 0 {
		return
	}
	current := l.Current
	l.Token, l.lister, l.listed = v.rows[at], v.session, tokensOf(v.rows)
	l.Current = current
	l.OrgID, l.OrgName = cmp.Or(l.OrgID, v.orgID), v.orgName
	l.Permissions = lookup.PermissionsOf(slices.DeleteFunc(slices.Clone(v.roles), func(r devops.Role) bool {
		return !slices.Contains(l.Roles, r.ID)
	})...)
}

// orderExposed decides which tokens are replaced, sorts those last with which others
// are revoked, and numbers them.
func orderExposed(app *cli.App, exposed []*ExposedToken, replace bool) {
	for _, l := range exposed {
		l.Stored = l.isReplaceable(app)
		l.Replaced = replace && l.Stored
	}
	slices.SortStableFunc(exposed, func(a, b *ExposedToken) int { return a.rank(exposed) - b.rank(exposed) })
	for i, l := range exposed {
		l.Number = i + 1
	}
}

// isReplaceable reports whether the token can be rotated here: it is live and stored here.
func (l *ExposedToken) isReplaceable(app *cli.App) bool {
	if l.State() != stateLive || l.lister == nil || len(l.Roles) == 0 {
		return false
	}
	held, err := findStoredCopies(app, l.lister.APIURL, l.ClientID)
	return err == nil && held != nil
}

// rank is 0 for a token that revokes none but itself, 1 for one that is replaced or
// revokes others, and 2 for the token in use.
func (l *ExposedToken) rank(exposed []*ExposedToken) int {
	switch {
	case l.Current:
		return 2
	case l.Replaced:
		return 1
	}
	for _, other := range exposed {
		if other != l && slices.ContainsFunc(other.revokers, func(s *cli.Session) bool { return s.ClientID == l.ClientID }) {
			return 1
		}
	}
	return 0
}
