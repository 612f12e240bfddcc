package rights

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Me names the token in use, and Input the token on standard input.
const (
	Me    = "me"
	Input = "-"

	rolePrefix = "role:"
)

// Principal finds the principal that ref names: an address, user ID, client ID, saved
// name, role:NAME or Me. An unknown one is an error (exit 6), and never an answer.
func (s *Snapshot) Principal(ctx context.Context, ref string) (access.Principal, error) {
	if name, found := strings.CutPrefix(ref, rolePrefix); found {
		role, err := s.Session.Role(ctx, name)
		if err != nil {
			return access.Principal{}, err
		}
		return access.Principal{Kind: access.RoleAlone, ID: role.ID, Name: role.Name, Status: access.Active, Roles: []string{role.ID}}, nil
	}
	if ref == Me {
		return s.listedToken(s.Session.ClientID), nil
	}
	p, err := s.named(ref)
	if !exit.Is(err, exit.NotFound) {
		return p, err
	}
	if clientID := s.savedID(ref); clientID != "" {
		return s.listedOrGone(clientID, ref)
	}
	for _, hidden := range []error{s.NoUsers, s.NoTokens} {
		if hidden != nil {
			e := *exit.Classify(hidden)
			e.Message = "cannot tell whether " + ref + " exists: " + e.Message
			return access.Principal{}, &e
		}
	}
	return p, err
}

// named finds a user or token. Addresses compare as in the service, IDs exactly.
func (s *Snapshot) named(ref string) (access.Principal, error) {
	i, err := lookup.Resolve("principal", ref, s.indices(), func(i int) (string, string) {
		p := s.Principals[i]
		switch {
		case p.Kind == access.User && spelling.SameAddress(p.Name, ref):
			return p.ID, ref
		case p.Kind == access.User:
			return p.ID, p.Name
		}
		return p.ID, s.savedName(p.ID)
	})
	if err != nil {
		if e, ok := errors.AsType[*exit.Error](err); ok && e.Exit == exit.NotFound {
			e.Next = []string{"astra user list", "astra token list"}
		}
		return access.Principal{}, err
	}
	return s.Principals[i], nil
}

func (s *Snapshot) indices() []int {
	all := make([]int, len(s.Principals))
	for i := range all {
		all[i] = i
	}
	return all
}

// savedID returns the client ID of a saved token, which may be revoked.
func (s *Snapshot) savedID(name string) string {
	for _, t := range s.saved {
		if t.Name == name {
			return t.ClientID
		}
	}
	return ""
}

// listedOrGone returns a listed token, or an error for one that is not listed although the
// list may be read.
func (s *Snapshot) listedOrGone(clientID, ref string) (access.Principal, error) {
	p := s.listedToken(clientID)
	if p.Status == access.Revoked {
		return p, exit.Failf(exit.NotFound, "token %s (%s) is saved here, but not listed: it was revoked, or belongs to another organization", ref, clientID).
			WithNext("astra token verify " + clientID)
	}
	return p, nil
}

// listedToken returns the token with a client ID. Of one that is not listed the roles are
// unknown, and no answer about it is a no.
func (s *Snapshot) listedToken(clientID string) access.Principal {
	for _, p := range s.Principals {
		if p.Kind == access.Token && p.ID == clientID {
			return p
		}
	}
	p := access.Principal{Kind: access.Token, ID: clientID, Name: clientID, Status: access.Revoked, Roles: []string{s.hiddenRole()}}
	if s.NoTokens != nil || clientID == s.Session.ClientID { // the service accepts the token in use
		p.Status = access.Active
	}
	return p
}

// hiddenRole returns the ID of a role in place of those that cannot be known.
func (s *Snapshot) hiddenRole() string {
	const id = "unknown"
	if !slices.ContainsFunc(s.Roles, func(r access.Role) bool { return r.ID == id }) {
		s.Roles = append(s.Roles, access.Role{Role: iam.Role{ID: id, Name: "of the token, which is not listed,"}, Unreadable: true})
	}
	return id
}

// Given returns the principal of a token with its secret. The service is asked with that
// token for its organization, because a token of another one has no roles here.
func (s *Snapshot) Given(ctx context.Context, app *cli.App, token secret.Token) (access.Principal, error) {
	asker, err := app.Connect(token, s.Session.APIURL)
	if err != nil {
		return access.Principal{}, err
	}
	switch org, err := asker.OrgID(ctx); {
	case errors.Is(err, devops.ErrUnauthorized):
		return access.Principal{}, exit.Failf(exit.NotFound, "the service rejected token %s: it was revoked, has expired, or belongs to another service", token.ClientID).
			WithNext("astra token verify -")
	case err != nil:
		return access.Principal{}, err
	case org != s.ID:
		return access.Principal{}, exit.Failf(exit.NotFound, "token %s belongs to another organization than the login in use: %s", token.ClientID, org).
			WithHint("use a login of that organization")
	}
	p := s.listedToken(token.ClientID)
	p.Status = access.Active // the service has just accepted it
	return p, nil
}
