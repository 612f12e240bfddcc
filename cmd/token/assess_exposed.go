package token

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

// askers is how many tokens are checked at a time.
const askers = 8

// assess finds out about the tokens that were found, and puts those last with
// which others are revoked.
func assess(ctx context.Context, app *cli.App, found []secret.Token) ([]*Exposed, error) {
	home, err := ownOrgView(ctx, app)
	if err != nil {
		return nil, err
	}
	url, err := app.RequestedURL()
	if err != nil {
		return nil, err
	}
	if home != nil {
		url = home.session.APIURL
	}
	cfg, err := app.Config()
	if err != nil {
		return nil, err
	}
	leaks := groupByClientID(found)
	if err := ask(ctx, app, leaks, url); err != nil {
		return nil, err
	}
	untold := 0
	abroad := map[string]*orgView{}
	for _, l := range leaks {
		l.places = placesOf(cfg, l.ClientID)
		if home != nil {
			l.current = l.ClientID == home.session.ClientID
			if l.orgID == "" || l.orgID == home.orgID {
				l.recordView(home)
			}
		}
		if l.self != nil {
			if l.lister == nil {
				l.recordView(otherOrgView(ctx, app, l, abroad))
			}
			l.via = append(l.via, l.self)
		}
		if l.state() == isUnasked {
			untold++
		}
	}
	if untold == len(leaks) {
		return nil, leaks[0].unasked
	}
	return leaks, nil
}

// groupByClientID puts together what has one client id.
func groupByClientID(found []secret.Token) []*Exposed {
	var leaks []*Exposed
	for _, t := range found {
		at := slices.IndexFunc(leaks, func(l *Exposed) bool { return l.ClientID == t.ClientID })
		if at < 0 {
			at = len(leaks)
			leaks = append(leaks, &Exposed{tokenRow: tokenRow{Token: devops.Token{ClientID: t.ClientID}}})
		}
		leaks[at].texts = append(leaks[at].texts, t)
	}
	return leaks
}

// ask asks with each token itself whether it is live.
func ask(ctx context.Context, app *cli.App, leaks []*Exposed, url string) error {
	slots := make(chan struct{}, askers)
	var asking sync.WaitGroup
	defer asking.Wait()
	for _, l := range leaks {
		sessions := make([]*cli.Session, len(l.texts))
		for i, t := range l.texts {
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

// ask finds the one of the texts that is the token.
func (l *Exposed) ask(ctx context.Context, sessions []*cli.Session) {
	for _, s := range sessions {
		id, err := s.OrgID(ctx)
		switch {
		case err == nil:
			l.self, l.orgID, l.unasked = s, id, nil
			return
		case !devops.NoSuchToken(err): // another refusal does not say that it is revoked
			l.unasked = err
		}
	}
}

// recordView adds what a view shows of the token.
func (l *Exposed) recordView(v *orgView) {
	if v == nil {
		return
	}
	if v.session != l.self {
		l.via = append(l.via, v.session)
	}
	if l.orgID == v.orgID {
		l.orgName = v.orgName
	}
	at := slices.IndexFunc(v.rows, func(r tokenRow) bool { return r.ClientID == l.ClientID })
	if at < 0 {
		return
	}
	current := l.current
	l.tokenRow, l.lister, l.listed = v.rows[at], v.session, tokensOf(v.rows)
	l.current = current
	l.orgID, l.orgName = cmp.Or(l.orgID, v.orgID), v.orgName
	l.permissions = lookup.PermissionsOf(slices.DeleteFunc(slices.Clone(v.roles), func(r devops.Role) bool {
		return !slices.Contains(l.Roles, r.ID)
	})...)
}

// order decides which tokens are replaced, puts those last with which others are
// revoked, and numbers them.
func (in panicCmd) order(app *cli.App, leaks []*Exposed) {
	for _, l := range leaks {
		l.stored = l.replaceable(app)
		l.replaced = in.rotate && l.stored
	}
	slices.SortStableFunc(leaks, func(a, b *Exposed) int { return a.rank(leaks) - b.rank(leaks) })
	for i, l := range leaks {
		l.number = i + 1
	}
}

// replaceable reports whether the token can be rotated here: it is live and stored here.
func (l *Exposed) replaceable(app *cli.App) bool {
	if l.state() != isLive || l.lister == nil || len(l.Roles) == 0 {
		return false
	}
	held, err := app.StoredCopies(l.lister.APIURL, l.ClientID)
	return err == nil && held != nil
}

// rank is 0 for a token that is needed for none but itself, 1 for one that is
// replaced or with which others are revoked, and 2 for that of the login in use.
func (l *Exposed) rank(leaks []*Exposed) int {
	switch {
	case l.current:
		return 2
	case l.replaced:
		return 1
	}
	for _, other := range leaks {
		if other != l && slices.ContainsFunc(other.via, func(s *cli.Session) bool { return s.ClientID == l.ClientID }) {
			return 1
		}
	}
	return 0
}
