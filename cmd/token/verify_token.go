package token

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
)

// Why a token is not valid.
const (
	isExpired  = "expired"
	isRevoked  = "revoked"
	isUnknown  = "unknown"
	isRejected = "rejected"
	isUntold   = "untold"
)

// examine finds out about the token that ref means.
func examine(ctx context.Context, app *cli.App, ref string) (*verification, error) {
	if ref == "-" {
		return present(ctx, app)
	}
	login, err := app.Session(ctx)
	if err != nil {
		return nil, err
	}
	if ref == "" || ref == login.ClientID {
		f := about(login.ClientID)
		f.current = true
		return f, f.ask(ctx, app, login, login)
	}
	return lookUp(ctx, app, login, ref)
}

func about(clientID string) *verification {
	return &verification{tokenRow: tokenRow{Token: devops.Token{ClientID: clientID}}, permissions: []string{}}
}

// present examines a whole token.
func present(ctx context.Context, app *cli.App) (*verification, error) {
	token, err := readToken(ctx, app)
	if err != nil {
		return nil, err
	}
	f := about(token.ClientID)
	url, err := app.RequestedURL()
	if err != nil {
		return f, err
	}
	var login *cli.Session
	if app.HasCredential() {
		if login, err = app.Session(ctx); err != nil {
			return f, err
		}
		url = login.APIURL
	}
	asker, err := app.Connect(token, url)
	if err != nil {
		return f, err
	}
	return f, f.ask(ctx, app, asker, login)
}

// ask asks the service with the token itself whether it is valid and whose it is,
// and with the login in use, if there is one, for the rest.
func (f *verification) ask(ctx context.Context, app *cli.App, asker, login *cli.Session) error {
	id, err := asker.OrgID(ctx)
	switch {
	case errors.Is(err, devops.ErrUnauthorized):
		f.reason = isRejected
	case err != nil:
		return err
	default:
		f.orgID = id
	}
	if login == nil || login == asker && f.reason != "" {
		return nil
	}
	home, err := login.OrgID(ctx)
	if errors.Is(err, devops.ErrUnauthorized) {
		app.Say("The login in use is invalid; the roles of the token are not shown.")
		return nil
	}
	if err != nil {
		return err
	}
	if f.orgID != "" {
		f.otherOrg = f.orgID != home
	}
	if f.otherOrg == true {
		f.orgName = knownOrgName(app, f.orgID)
		return nil
	}
	return f.find(ctx, app, login)
}

// find adds what the login sees of the token in the list.
func (f *verification) find(ctx context.Context, app *cli.App, login *cli.Session) error {
	all, err := rows(ctx, app, login)
	if errors.Is(err, devops.ErrForbidden) {
		app.Say("The login in use cannot list tokens (it lacks org-token-read); the roles of the token are not shown.")
		if f.reason != "" {
			return nil
		}
		return f.location(ctx, login)
	}
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.ClientID != f.ClientID {
			continue
		}
		if f.reason != "" && r.expired() {
			f.reason = isExpired
		}
		return f.show(ctx, login, r)
	}
	if f.reason == "" {
		return f.location(ctx, login)
	}
	saved, err := savedLocations(app, login, f.ClientID)
	if saved.Name != "" {
		f.saved, f.reason = saved.Name, isRevoked
	}
	return err
}

// show fills in a row of the list, and what its roles allow.
func (f *verification) show(ctx context.Context, login *cli.Session, r tokenRow) error {
	f.tokenRow = r
	roles, err := login.AllRoles(ctx)
	if err != nil {
		return err
	}
	f.permissions = lookup.PermissionsOf(slices.DeleteFunc(slices.Clone(roles), func(role devops.Role) bool {
		return !slices.Contains(r.Roles, role.ID)
	})...)
	return f.location(ctx, login)
}

// location fills in the organization of the login as the token's own.
func (f *verification) location(ctx context.Context, login *cli.Session) error {
	id, err := login.OrgID(ctx)
	if err != nil {
		return err
	}
	name, err := login.OrgName(ctx)
	if name == id {
		name = "" // the login may not see it
	}
	f.orgID, f.orgName, f.otherOrg = id, name, false
	return err
}

func (r tokenRow) expired() bool { return !r.ExpiresAt.IsZero() && !r.now.Before(r.ExpiresAt) }
