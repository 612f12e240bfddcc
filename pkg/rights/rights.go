// Package rights reads what decides about access in an organization, with the credential
// in use, and finds the principals, permissions and places of a question. Package access
// answers it.
package rights

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A Snapshot is an organization as the credential in use may read it. What it may not
// read is in the errors, and is never taken for empty.
type Snapshot struct {
	access.Organization

	Session   *cli.Session
	Now       time.Time
	Databases []devops.Database // those of the Organization, with all that is known of them

	NoUsers, NoTokens, NoRoles, NoDatabases error // why a list may not be read

	saved  []config.SavedToken
	tokens []devops.Token
}

// Ahead asks for all lists that Read takes, at the same time.
func Ahead(ctx context.Context, session *cli.Session) {
	session.Ahead(ctx, lookup.Org(), lookup.Roles(), lookup.Users(), lookup.Tokens(), lookup.Databases(existing))
}

const existing = "nonterminated"

// Read returns the organization. A list that the credential may not read is left out,
// and its error kept; any other failure is one of Read.
func Read(ctx context.Context, app *cli.App, session *cli.Session) (*Snapshot, error) {
	Ahead(ctx, session)
	s := &Snapshot{Session: session}
	var err error
	if s.ID, err = session.OrgID(ctx); err != nil {
		return nil, err
	}
	if s.Now, err = app.ServiceNow(); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		forbidden *error
		read      func(context.Context, *cli.App) error
	}{{&s.NoRoles, s.readRoles}, {&s.NoUsers, s.readUsers}, {&s.NoTokens, s.readTokens}, {&s.NoDatabases, s.readDatabases}} {
		switch err := part.read(ctx, app); {
		case errors.Is(err, devops.ErrForbidden):
			*part.forbidden = err
		case err != nil:
			return nil, err
		}
	}
	return s, nil
}

// readRoles keeps the default roles, which are the same everywhere, if roles may not be
// listed.
func (s *Snapshot) readRoles(ctx context.Context, _ *cli.App) error {
	roles, err := s.Session.AllRoles(ctx)
	if err != nil {
		return err
	}
	for _, r := range roles {
		s.Roles = append(s.Roles, access.Role{Role: iam.Role{ID: r.ID, Name: r.Name, Policy: iam.Policy(r.Policy)}})
	}
	hidden := s.Session.HiddenRoles()
	s.RolesIncomplete = hidden != nil
	return hidden
}

func (s *Snapshot) readUsers(ctx context.Context, _ *cli.App) error {
	members, err := s.Session.Members(ctx)
	for _, u := range members.Users {
		s.Principals = append(s.Principals, newUser(u))
	}
	return err
}

func newUser(u devops.User) access.Principal {
	p := access.Principal{Kind: access.User, ID: u.ID, Name: u.Email, Status: access.Pending}
	if u.Status == "active" {
		p.Status = access.Active
	}
	for _, r := range u.Roles {
		p.Roles = append(p.Roles, r.ID)
	}
	return p
}

func (s *Snapshot) readTokens(ctx context.Context, app *cli.App) error {
	var err error
	if s.saved, err = savedTokens(app, s.Session); err != nil {
		return err
	}
	tokens, err := lookup.Answer(ctx, s.Session.Directory, lookup.Tokens())
	if err != nil {
		return err
	}
	s.tokens = tokens
	for _, t := range tokens {
		p := access.Principal{Kind: access.Token, ID: t.ClientID, Name: s.tokenName(t), Status: access.Active}
		if !t.ExpiresAt.IsZero() && !s.Now.Before(t.ExpiresAt) {
			p.Status = access.Expired
		}
		refs, err := s.Session.RoleRefs(ctx, t.Roles) // some services list names
		if err != nil {
			return err
		}
		for _, ref := range refs {
			p.Roles = append(p.Roles, ref.ID)
		}
		if t.OmitsRoles {
			p.Roles = []string{s.hiddenRole()}
		}
		s.Principals = append(s.Principals, p)
	}
	return nil
}

// tokenName returns the saved name of a token, else its description, else its ID.
func (s *Snapshot) tokenName(t devops.Token) string {
	text, _ := onetime.SplitDescription(t.Description)
	return cmp.Or(s.savedName(t.ClientID), text, t.ClientID)
}

func (s *Snapshot) savedName(clientID string) string {
	i := slices.IndexFunc(s.saved, func(t config.SavedToken) bool { return t.ClientID == clientID })
	if i < 0 {
		return ""
	}
	return s.saved[i].Name
}

// savedTokens returns the saved tokens of the profile that the session belongs to.
func savedTokens(app *cli.App, session *cli.Session) ([]config.SavedToken, error) {
	if session.Profile.Name != "" || !app.UsesSandbox() {
		return session.Profile.Tokens, nil
	}
	p, err := app.Profile()
	return p.Tokens, err
}

func (s *Snapshot) readDatabases(ctx context.Context, _ *cli.App) error {
	all, err := lookup.Answer(ctx, s.Session.Directory, lookup.Databases(existing))
	if err != nil {
		return err
	}
	s.Databases = all
	s.Organization.Databases = []access.Database{}
	for _, d := range all {
		s.Organization.Databases = append(s.Organization.Databases, access.Database{ID: d.ID, Name: d.Name, Keyspaces: d.Keyspaces})
	}
	return nil
}

// Token returns the listed token of a principal.
func (s *Snapshot) Token(p access.Principal) (devops.Token, bool) {
	i := slices.IndexFunc(s.tokens, func(t devops.Token) bool { return p.Kind == access.Token && t.ClientID == p.ID })
	if i < 0 {
		return devops.Token{}, false
	}
	return s.tokens[i], true
}
