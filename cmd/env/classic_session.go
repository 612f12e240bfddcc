package env

import (
	"context"

	"github.com/astra-admin/astra/pkg/classic"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
)

// restSession is the database's REST session. It is not renewed here, because an
// export asks the service nothing.
func (s *values) restSession(ctx context.Context) (credential.Item, error) {
	renew := "astra auth session --db " + shellword.Quote(s.bound.DB.Name)
	if !classic.Stores(s.profile) {
		return credential.Item{}, exit.Failf(exit.NoCredential, "no REST session of %s is stored, because no credential is stored", s.bound.DB.Name).
			WithHint("print a session and use it directly, or log in with --store keyring or --store file").
			WithNext(renew + " -o header")
	}
	if s.refused != nil {
		return credential.Item{}, s.refused
	}
	sessions, err := s.app.RESTSessions(s.profile)
	if err != nil {
		return credential.Item{}, err
	}
	item, fresh, err := sessions.Get(ctx, s.bound.DB.ID)
	if err != nil {
		return item, err
	}
	if s.chosen {
		renew += " --saved-token " + shellword.Quote(s.bound.Token)
	}
	if item.Token == "" {
		return item, exit.Failf(exit.NoCredential, "no REST session of %s", s.bound.DB.Name).WithNext(renew)
	}
	if !s.belongs(item) {
		return item, exit.Failf(exit.NoCredential, "the REST session of %s belongs to %s, not to the saved token %s", s.bound.DB.Name, item.ClientID, s.bound.Token).
			WithNext(renew)
	}
	if fresh {
		return item, nil
	}
	now, err := s.app.ServiceNow()
	if err != nil {
		return item, err
	}
	if age := now.Sub(item.IssuedAt); age < 0 || age >= classic.Life {
		e := exit.Failf(exit.NoCredential, "the REST session of %s has expired", s.bound.DB.Name).WithNext(renew)
		e.Name = "SESSION_LAPSED"
		return item, e
	}
	return item, nil
}

// belongs reports whether the session goes with the saved token. A user of a
// classic database has no token, and opened it instead of one.
func (s *values) belongs(session credential.Item) bool {
	switch {
	case s.bound.Token == "", session.ClientID == s.boundClient():
		return true
	case s.chosen:
		return false
	}
	return !secret.LooksLikeClientID(session.ClientID)
}

// tokenOf is the name of the saved token with a client id, or nothing.
func (s *values) tokenOf(clientID string) string {
	for _, t := range s.profile.Tokens {
		if t.ClientID == clientID {
			return t.Name
		}
	}
	return ""
}

// boundClient is the client id of the saved token, or nothing.
func (s *values) boundClient() string {
	saved, _ := s.profile.Token(s.bound.Token)
	return saved.ClientID
}
