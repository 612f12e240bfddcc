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
	"github.com/astra-admin/astra/pkg/async"
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

	LostDatabases error // why the request of databases failed, if ReadUser or ReadToken goes on without

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
	s, err := readOrganization(ctx, app, session)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		forbidden *error
		read      func(context.Context, *cli.App) error
	}{{&s.NoUsers, s.readUsers}, {&s.NoTokens, s.readTokens}, {&s.NoDatabases, s.readDatabases}} {
		if *part.forbidden, err = ifForbidden(part.read(ctx, app)); err != nil {
			return nil, err
		}
	}
	return s, s.readUnlistedRoles(ctx, s.Principals)
}

// maxUnlisted limits the roles that are asked for one by one.
const maxUnlisted = 50

// readUnlistedRoles asks for the roles that principals have and the list lacks: it may be
// late or incomplete. Only a role that does not exist when it is asked for was deleted.
func (s *Snapshot) readUnlistedRoles(ctx context.Context, principals []access.Principal) error {
	if s.RolesIncomplete {
		return nil
	}
	known := map[string]bool{}
	for _, r := range iam.DefaultRoles() {
		known[r.ID] = true
	}
	for _, r := range s.Roles {
		known[r.ID] = true
	}
	var unlisted []string
	for _, p := range principals {
		for _, id := range p.Roles {
			if !known[id] {
				known[id] = true
				unlisted = append(unlisted, id)
			}
		}
	}
	asked := unlisted[:min(maxUnlisted, len(unlisted))]
	answers := async.Each(ctx, s.Session.Calls, asked, s.Session.Roles.Get)
	for i, id := range unlisted {
		unreadable := access.Role{Role: iam.Role{ID: id, Name: id}, Unreadable: true}
		if i >= len(asked) {
			s.Roles = append(s.Roles, unreadable)
			continue
		}
		switch r, err := answers[i](); {
		case errors.Is(err, devops.ErrNotFound):
		case errors.Is(err, devops.ErrForbidden), err == nil && r.ID != id:
			s.Roles = append(s.Roles, unreadable)
		case err != nil:
			return err
		default:
			s.Roles = append(s.Roles, NewRole(r))
		}
	}
	return nil
}

// NewRole returns a role of the service. One without a policy cannot be read.
func NewRole(r devops.Role) access.Role {
	policy := iam.Policy(r.Policy)
	return access.Role{
		Role:       iam.Role{ID: r.ID, Name: r.Name, Policy: policy},
		Unreadable: len(policy.Actions) == 0 && len(policy.Resources) == 0,
	}
}

// readRoles keeps the default roles, which are the same everywhere, if roles may not be
// listed.
func (s *Snapshot) readRoles(ctx context.Context, _ *cli.App) error {
	roles, err := s.Session.AllRoles(ctx)
	if err != nil {
		return err
	}
	for _, r := range roles {
		s.Roles = append(s.Roles, NewRole(r))
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
	s.addHiddenRoles(members.Users)
	return err
}

// addHiddenRoles adds the roles of users that may not be listed, so that they have names.
func (s *Snapshot) addHiddenRoles(users []devops.User) {
	if !s.RolesIncomplete {
		return
	}
	known := map[string]bool{}
	for _, r := range s.Roles {
		known[r.ID] = true
	}
	for _, u := range users {
		for _, r := range u.Roles {
			if !known[r.ID] {
				known[r.ID] = true
				s.Roles = append(s.Roles, access.Role{Role: iam.Role{ID: r.ID, Name: r.Name}, Unreadable: true})
			}
		}
	}
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
		p, err := s.newToken(ctx, t)
		if err != nil {
			return err
		}
		s.Principals = append(s.Principals, p)
	}
	return nil
}

// newToken returns a listed token. Roles that the list does not show, or by a name that
// is not the name of one role, are unknown.
func (s *Snapshot) newToken(ctx context.Context, t devops.Token) (access.Principal, error) {
	p := access.Principal{Kind: access.Token, ID: t.ClientID, Name: s.tokenName(t), Status: access.Active}
	if !t.ExpiresAt.IsZero() && !s.Now.Before(t.ExpiresAt) {
		p.Status = access.Expired
	}
	if t.OmitsRoles {
		p.Roles = []string{s.unknownRole("the list of tokens does not show the roles of the token")}
		return p, nil
	}
	refs, err := s.Session.RoleRefs(ctx, t.Roles) // some services list names
	for _, ref := range refs {
		if ref.Name == "" && !devops.LooksLikeID(ref.ID) {
			ref.ID = s.unknownRole("the list of tokens has " + ref.ID + " instead of the ID of a role, and no role or several have that name")
		}
		p.Roles = append(p.Roles, ref.ID)
	}
	return p, err
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
	s.addDatabases(all)
	return nil
}

func (s *Snapshot) addDatabases(all []devops.Database) {
	s.Databases = all
	s.Organization.Databases = []access.Database{}
	for _, d := range all {
		s.Organization.Databases = append(s.Organization.Databases, access.Database{ID: d.ID, Name: d.Name, Keyspaces: d.Keyspaces})
	}
}
