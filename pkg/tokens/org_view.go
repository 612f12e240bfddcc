package tokens

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
)

// An orgView has the tokens and roles of an organization, as far as a session may list
// them.
type orgView struct {
	session        *cli.Session
	orgID, orgName string
	rows           []Token // nil if the session may not list tokens
	roles          []devops.Role
}

// ownOrgView returns the view of the login in use, nil without a valid login.
func ownOrgView(ctx context.Context, app *cli.App) (*orgView, error) {
	if !app.HasCredential() {
		app.Say("Not logged in: each token is checked with itself and, if permitted, revoked with itself.")
		return nil, nil //nolint:nilnil // not logged in
	}
	session, err := app.Session(ctx)
	if err != nil {
		return nil, err
	}
	v, err := newView(ctx, app, session)
	if errors.Is(err, devops.ErrUnauthorized) {
		app.Warn("the login in use is invalid; each token is revoked with itself if permitted")
		return nil, nil //nolint:nilnil // as without a login
	}
	if err == nil && v.rows == nil {
		app.Say("The login in use cannot list tokens: it lacks org-token-read.")
	}
	return v, err
}

func newView(ctx context.Context, app *cli.App, session *cli.Session) (*orgView, error) {
	session.Ahead(ctx, lookup.Org(), lookup.Users(), lookup.Tokens(), lookup.Roles())
	id, err := session.OrgID(ctx)
	if err != nil {
		return nil, err
	}
	v := &orgView{session: session, orgID: id}
	v.rows, err = List(ctx, app, session)
	switch {
	case errors.Is(err, devops.ErrForbidden):
		v.orgName = knownOrgName(app, id)
		return v, nil
	case err != nil:
		return nil, err
	}
	if v.roles, err = session.AllRoles(ctx); err != nil {
		return nil, err
	}
	v.orgName, err = session.OrgName(ctx)
	return v, err
}

// otherOrgView returns the view of another organization than that of the login in use:
// by the login of a profile, else by the token itself.
func otherOrgView(ctx context.Context, app *cli.App, l *ExposedToken, known map[string]*orgView) *orgView {
	v, tried := known[l.OrgID]
	if !tried {
		v = profileOrgView(ctx, app, l)
		known[l.OrgID] = v
	}
	if v != nil {
		return v
	}
	v, err := newView(ctx, app, l.self)
	if err != nil {
		app.Warn("cannot look up %s: %v", l.ClientID, err)
		return nil
	}
	return v
}

// profileOrgView returns the view of the token's organization by the login of a
// profile, nil if no profile has one.
func profileOrgView(ctx context.Context, app *cli.App, l *ExposedToken) *orgView {
	cfg, err := app.Config()
	if err != nil || app.UsesSandbox() {
		return nil
	}
	for _, p := range cfg.Profiles {
		if p.Org.ID != l.OrgID {
			continue
		}
		session, err := app.LoginSession(ctx, p.Name)
		if err == nil && session.APIURL != l.self.APIURL {
			continue
		}
		var v *orgView
		if err == nil {
			v, err = newView(ctx, app, session)
		}
		if err != nil {
			app.Warn("cannot use the login of profile %s: %v", p.Name, err)
			continue
		}
		if v.orgID == l.OrgID && v.rows != nil {
			return v
		}
	}
	return nil
}
