package tokens

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/secret"
)

// Reasons why a token is not valid.
const (
	reasonExpired  = "expired"
	reasonRevoked  = "revoked"
	reasonUnknown  = "unknown"
	ReasonRejected = "rejected"
	ReasonUntold   = "untold"
)

// Depth is how much a verification reads.
type Depth bool

// The depths.
const (
	WithoutPlaces Depth = false
	WithPlaces    Depth = true // also what Ask and the places need
)

func (d Depth) ahead(ctx context.Context, login *cli.Session) {
	if d == WithPlaces {
		rights.AheadOfRoles(ctx, login)
	}
}

// Verify checks the token that ref names: a client ID, a saved name, or "" for the
// token in use.
func Verify(ctx context.Context, app *cli.App, ref string, depth Depth) (*Verification, error) {
	login, err := app.Session(ctx)
	if err != nil {
		return nil, err
	}
	if ref == "" || ref == login.ClientID {
		f := newVerification(login.ClientID)
		f.Current = true
		return f, f.askService(ctx, app, login, login, depth)
	}
	return verifyNamed(ctx, app, login, ref, depth)
}

func newVerification(clientID string) *Verification {
	return &Verification{Token: Token{Token: devops.Token{ClientID: clientID}}, Permissions: []string{}}
}

// VerifySecret checks a token with its secret.
func VerifySecret(ctx context.Context, app *cli.App, token secret.Token, depth Depth) (*Verification, error) {
	f := newVerification(token.ClientID)
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
	return f, f.askService(ctx, app, asker, login, depth)
}

// askService asks the service with the token itself for its validity and organization,
// and with the login in use, if there is one, for its roles.
func (f *Verification) askService(ctx context.Context, app *cli.App, asker, login *cli.Session, depth Depth) error {
	asker.Ahead(ctx, lookup.Org())
	if login != nil {
		login.Ahead(ctx, lookup.Org(), lookup.Tokens(), lookup.Roles(), lookup.Users())
		depth.ahead(ctx, login)
	}
	id, err := asker.OrgID(ctx)
	switch {
	case errors.Is(err, devops.ErrUnauthorized):
		f.Reason = ReasonRejected
	case err != nil:
		return err
	default:
		f.OrgID = id
	}
	if login == nil || login == asker && f.Reason != "" {
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
	if f.OrgID != "" {
		f.OtherOrg = f.OrgID != home
	}
	if f.OtherOrg == true {
		f.OrgName = knownOrgName(app, f.OrgID)
		return nil
	}
	return f.findListed(ctx, app, login, depth)
}

// findListed adds the facts from the list of tokens that the login sees.
func (f *Verification) findListed(ctx context.Context, app *cli.App, login *cli.Session, depth Depth) error {
	all, err := List(ctx, app, login)
	if errors.Is(err, devops.ErrForbidden) {
		f.Hidden = "the login in use cannot list tokens (it lacks org-token-read)"
		if f.Reason != "" {
			return nil
		}
		return f.addOwnOrg(ctx, login)
	}
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.ClientID != f.ClientID {
			continue
		}
		if f.Reason != "" && r.IsExpired() {
			f.Reason = reasonExpired
		}
		return f.addListed(ctx, app, login, r, depth)
	}
	if f.Reason == "" {
		return f.addOwnOrg(ctx, login)
	}
	saved, err := findSaved(app, login, f.ClientID)
	if saved.Name != "" {
		f.Saved, f.Reason = saved.Name, reasonRevoked
	}
	return err
}

// addListed adds a token of the list, and what its roles grant.
func (f *Verification) addListed(ctx context.Context, app *cli.App, login *cli.Session, r Token, depth Depth) error {
	f.Token = r
	roles, err := login.AllRoles(ctx)
	if err != nil {
		return err
	}
	f.Permissions = lookup.PermissionsOf(slices.DeleteFunc(slices.Clone(roles), func(role devops.Role) bool {
		return !slices.ContainsFunc(r.RoleRefs, func(ref lookup.RoleRef) bool { return ref.ID == role.ID })
	})...)
	if depth == WithPlaces {
		f.snapshot, f.principal, f.Lost = rights.ReadToken(ctx, app, login, r.Token)
		if errors.Is(ctx.Err(), context.Canceled) {
			return context.Cause(ctx)
		}
		if f.Lost == nil {
			f.Lost = f.snapshot.LostDatabases
		}
		if f.Lost == nil {
			f.addPlaces()
		}
	}
	return f.addOwnOrg(ctx, login)
}

// addOwnOrg records that the token belongs to the organization of the login.
func (f *Verification) addOwnOrg(ctx context.Context, login *cli.Session) error {
	id, err := login.OrgID(ctx)
	if err != nil {
		return err
	}
	name, err := login.OrgName(ctx)
	if name == id {
		name = "" // the login may not see it
	}
	f.OrgID, f.OrgName, f.OtherOrg = id, name, false
	return err
}

// A Verification is the result of checking a token.
type Verification struct {
	Token
	Reason         string // why the token is not valid
	OrgID, OrgName string
	OtherOrg       any // a bool, or nil without a login
	Permissions    []string
	Places         []PermissionPlace // nil if a role may not be read
	Can            access.Verdict    // if Ask was called
	Suggestion     string            // for a mistyped name
	Hidden         string            // why the roles are not visible, or an empty text
	Lost           error             // why what Places and Ask need was not read

	snapshot  *rights.Snapshot // nil if the roles are not visible
	principal access.Principal // if there is a snapshot
	unknown   string           // why a role may not be read
}

// ExpiryText is the text for a valid token without an expiry, if it was listed with its
// times.
func (f Verification) ExpiryText() string {
	if f.Reason == "" && !f.GeneratedOn.IsZero() {
		return "never"
	}
	return ""
}

// Valid returns a bool, or nil if the validity is unknown.
func (f Verification) Valid() any {
	if f.Reason == ReasonUntold {
		return nil
	}
	return f.Reason == ""
}

// ExplainReason explains why the token is not valid.
func (f Verification) ExplainReason() string {
	switch f.Reason {
	case reasonExpired:
		return "expired on " + FormatTime(f.ExpiresAt)
	case reasonRevoked:
		return "revoked"
	case reasonUnknown:
		return "not a token of this organization (revoked, or of another organization)"
	}
	return "rejected (revoked, expired, or for another service)"
}
