package env

import (
	"context"
	"errors"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/shellword"
)

// saved reads the saved token that the environment is bound to.
func (s *source) saved(ctx context.Context) (credential.Item, error) {
	name := s.bound.Token
	switch {
	case s.profile.Name == "":
		return credential.Item{}, cli.Failf(cli.Config, "there is no application token: it would be a saved one of a profile, and there is no profile").
			WithHint("choose variables that need none with --keys, such as ASTRA_DB_ID,ASTRA_DB_API_ENDPOINT, or make a profile; the token in use is an administrator's, and is not exported").
			WithNext("astra auth login ci --store env", "astra env use DB --saved-token NAME")
	case name == "":
		return credential.Item{}, cli.Failf(cli.Config, "no saved token is bound to the environment").
			WithHint("generate one for it, or bind one that is saved").
			WithNext("astra env use DB --role ROLE", "astra env use DB --saved-token NAME")
	}
	saved, found := s.profile.Token(name)
	if !found {
		return credential.Item{}, cli.NotAmongf("saved token", name, s.profile.TokenNames())
	}
	if err := s.warnOfEnd(saved); err != nil {
		return credential.Item{}, err
	}
	item, err := s.app.Stored(ctx, saved.Store, cli.SavedKey(s.profile.Name, saved))
	if errors.Is(err, credential.ErrNotFound) {
		return item, cli.Hint(err, "the saved token "+name+" is no longer in the "+saved.Store+": generate another one", "astra env use DB --role ROLE")
	}
	return item, err
}

// warnOfEnd says that the token has expired, as far as that was known when it was
// bound.
func (s *source) warnOfEnd(saved config.SavedToken) error {
	expiry := s.bound.Expiry
	if expiry.ClientID != saved.ClientID || expiry.At == "" {
		return nil
	}
	end, err := time.Parse(time.RFC3339, expiry.At)
	if err != nil {
		return nil //nolint:nilerr // somebody edited it; it is a warning and no more
	}
	now, err := s.app.ServiceNow()
	if err == nil && !now.Before(end) {
		s.app.Warn("the token %s expired on %s; to generate another one: %s", saved.Name, expiry.At,
			s.app.Command("astra env use "+shellword.Quote(s.bound.DB.Name)+" --role ROLE"))
	}
	return err
}
