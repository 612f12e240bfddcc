package env

import (
	"context"
	"errors"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

// savedToken reads the saved token of the binding.
func (s *values) savedToken(ctx context.Context) (credential.Item, error) {
	name := s.bound.Token
	switch {
	case s.profile.Name == "":
		session, err := s.app.Session(ctx)
		if err != nil {
			return credential.Item{}, err
		}
		return credential.Item{}, exit.Failf(exit.Config, "no application token to export: you are using %s without a profile", session.Source).
			WithHint("use --keys with variables that need no token, such as ASTRA_DB_ID,ASTRA_DB_API_ENDPOINT, or create a profile; the token in use is for administration and is not exported").
			WithNext("astra auth login ci --store env", "astra env use DB --saved-token NAME")
	case s.refused != nil:
		return credential.Item{}, s.refused
	case name == "":
		database := shellword.Quote(lookup.Reference(s.bound.DB.Name))
		return credential.Item{}, exit.Failf(exit.Config, "no saved token selected for %s", s.bound.DB.Name).
			WithHint("generate a token or select a saved one").
			WithNext("astra env use "+database+" --role ROLE", "astra env use "+database+" --saved-token NAME")
	}
	saved, found := s.profile.Token(name)
	if !found {
		return credential.Item{}, lookup.NoSavedToken(s.profile, name)
	}
	if err := s.warnExpiry(saved); err != nil {
		return credential.Item{}, err
	}
	item, err := s.app.ReadSecret(ctx, saved.Store, credential.SavedKey(s.profile.Name, saved.Name, saved.ClientID))
	if errors.Is(err, credential.ErrNotFound) {
		return item, exit.Hint(err, "the saved token "+name+" is no longer in the "+saved.Store+"; generate another one", "astra env use "+shellword.Quote(lookup.Reference(s.bound.DB.Name))+" --role ROLE")
	}
	return item, err
}

// warnExpiry says that the token has expired, as far as that was known when it was
// selected.
func (s *values) warnExpiry(saved config.SavedToken) error {
	expiry := s.bound.Expiry
	if expiry.ClientID != saved.ClientID || expiry.At == "" {
		return nil
	}
	end, err := time.Parse(time.RFC3339, expiry.At)
	if err != nil {
		return nil //nolint:nilerr // edited by hand; it only costs a warning
	}
	now, err := s.app.ServiceNow()
	if err == nil && !now.Before(end) {
		s.app.Warn("token %s expired on %s. To generate another one: %s", saved.Name, expiry.At,
			s.app.Command("astra env use "+shellword.Quote(lookup.Reference(s.bound.DB.Name))+" --role ROLE"))
	}
	return err
}
