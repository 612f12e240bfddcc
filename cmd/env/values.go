package env

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/shellword"
)

// variable is one variable with its value.
type variable struct {
	envfile.Var

	secret bool
}

// source is where the values come from.
type source struct {
	app     *cli.App
	profile config.Profile
	bound   config.Env
	token   *credential.Item // the saved token once it was read
}

// values returns the variables of keys. The secret store is asked only if one
// of them needs it.
func (s *source) values(ctx context.Context, keys []key) ([]variable, error) {
	vars := make([]variable, 0, len(keys))
	for _, k := range keys {
		value, secret, err := s.value(ctx, k.source)
		if k.optional && k.source == bundleKey && errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		vars = append(vars, variable{envfile.Var{Name: k.name, Value: value}, secret})
	}
	return vars, nil
}

func (s *source) value(ctx context.Context, source string) (value string, secret bool, err error) {
	switch source {
	case "ASTRA_DB_ID", "ASTRA_CLUSTER_ID":
		return s.bound.DB.ID, false, nil
	case "ASTRA_DB_NAME":
		return s.bound.DB.Name, false, nil
	case "ASTRA_DB_REGION", "ASTRA_CLUSTER_REGION":
		return s.bound.Region, false, nil
	case "ASTRA_DB_KEYSPACE":
		return s.bound.Keyspace, false, nil
	case "ASTRA_DB_API_ENDPOINT":
		return s.bound.Endpoint, false, nil
	case "ASTRA_ORG_ID":
		return s.profile.Org.ID, false, nil
	case "ASTRA_ORG_NAME":
		return s.profile.Org.Name, false, nil
	case bundleKey:
		value, err = s.bundle()
		return value, false, err
	case "ASTRA_AUTHORIZATION_TOKEN":
		value, err = s.restSession(ctx)
		return value, true, err
	}
	if s.token == nil {
		item, err := s.saved(ctx)
		if err != nil {
			return "", false, err
		}
		s.token = &item
	}
	switch source {
	case "ASTRA_DB_CLIENT_ID", "ASTRA_DB_USERNAME":
		return s.token.ClientID, false, nil
	case "ASTRA_DB_CLIENT_SECRET", "ASTRA_DB_PASSWORD":
		return s.token.Secret.Reveal(), true, nil
	}
	return s.token.Token.Reveal(), true, nil
}

// saved reads the saved token that the environment is bound to.
func (s *source) saved(ctx context.Context) (credential.Item, error) {
	name := s.bound.Token
	if name == "" {
		return credential.Item{}, cli.Failf(cli.Config, "no saved token is bound to the environment").
			WithHint("generate one for it, or bind one that is saved").
			WithNext("astra env use DB --role ROLE", "astra env use DB --saved-token NAME")
	}
	saved, found := s.profile.Token(name)
	if !found {
		return credential.Item{}, cli.NotFoundf("saved token", name, names(s.profile.Tokens))
	}
	item, err := s.app.Stored(ctx, saved.Store, cli.SavedKey(s.profile.Name, saved))
	if errors.Is(err, credential.ErrNotFound) {
		return item, cli.Hint(err, "the saved token "+name+" is no longer in the "+saved.Store+": generate another one", "astra env use DB --role ROLE")
	}
	return item, err
}

// bundle is the path of the secure connect bundle, which has to be there.
func (s *source) bundle() (string, error) {
	path, err := s.app.BundlePath(s.bound.DB.ID, s.bound.Region)
	if err != nil {
		return "", err
	}
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return "", cli.Refusef("%s is no regular file", path).WithNext("astra db bundle " + shellword.Line(s.bound.DB.Name, "--region", s.bound.Region))
	}
	if err != nil {
		e := cli.Failf(cli.NotFound, "the secure connect bundle of %s is not on this machine", s.bound.DB.Name).
			WithNext("astra db bundle " + shellword.Line(s.bound.DB.Name, "--region", s.bound.Region))
		e.Name, e.Cause = "BUNDLE_NOT_FOUND", err
		return "", e
	}
	return path, nil
}

// mask shows of a token what is no secret, its kind and the begin of its client
// id, and of other secrets nothing.
func mask(s string) string {
	const shown = len("AstraCS:") + 4
	if !strings.HasPrefix(s, "AstraCS:") || len(s) <= shown {
		return "..."
	}
	return s[:shown] + "..."
}
