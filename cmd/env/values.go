package env

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// variable is one variable with its value.
type variable struct {
	envfile.Var

	secret bool
}

// errAbsent is the cause of an error about a value that there may be none of.
var errAbsent = errors.New("no such value")

// values is where the values come from.
type values struct {
	app     *cli.App
	profile config.Profile
	bound   config.Binding
	chosen  bool             // the saved token was named for this time
	refused error            // why the token that the project file names is not used
	token   *credential.Item // the saved token once it was read
	session *credential.Item // the REST session if one of the variables is its token
}

// values returns the variables of keys, and the names of those that may be missing
// and are. The secret store is asked only if one of them needs it.
func (s *values) values(ctx context.Context, keys []key) (vars []variable, gone []string, err error) {
	if slices.ContainsFunc(keys, func(k key) bool { return k.source == sessionKey }) {
		item, err := s.restSession(ctx)
		if err != nil {
			return nil, nil, err
		}
		s.session = &item
		if s.bound.Token == "" {
			s.bound.Token = s.tokenOf(item.ClientID)
		}
	}
	for _, k := range keys {
		value, secret, err := s.value(ctx, k.source)
		if k.optional && errors.Is(err, errAbsent) {
			gone = append(gone, k.name)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		vars = append(vars, variable{envfile.Var{Name: k.name, Value: value}, secret})
	}
	return vars, gone, nil
}

func (s *values) value(ctx context.Context, source string) (value string, secret bool, err error) {
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
	case sessionKey:
		return s.session.Token.Reveal(), true, nil
	case "ASTRA_DB_USERNAME":
		if s.session != nil {
			return s.session.ClientID, false, nil
		}
	case "ASTRA_DB_PASSWORD":
		if s.session != nil && s.session.ClientID != s.boundClient() {
			e := exit.Failf(exit.NoCredential, "the REST session of %s belongs to %s, whose password is not stored", s.bound.DB.Name, s.session.ClientID)
			e.Cause = errAbsent
			return "", false, e
		}
	}
	if s.token == nil {
		item, err := s.savedToken(ctx)
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

// bundle is the path of the secure connect bundle, which has to be there.
func (s *values) bundle() (string, error) {
	path, err := s.app.BundlePath(s.bound.DB.ID, s.bound.Region)
	if err != nil {
		return "", err
	}
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return "", exit.Refusef("%s is not a regular file", path).WithNext("astra db bundle " + shellword.Line(s.bound.DB.Name, "--region", s.bound.Region))
	}
	if errors.Is(err, fs.ErrNotExist) {
		e := exit.Failf(exit.NotFound, "the secure connect bundle of %s is not on this machine", s.bound.DB.Name).
			WithNext("astra db bundle " + shellword.Line(s.bound.DB.Name, "--region", s.bound.Region))
		e.Name, e.Cause = "BUNDLE_NOT_FOUND", errAbsent
		return "", e
	}
	return path, err
}

// mask returns the public part of a token: its kind and the begin of its client
// id, and of other secrets nothing.
func mask(s string) string {
	const shown = len("AstraCS:") + 4
	if !strings.HasPrefix(s, "AstraCS:") || len(s) <= shown {
		return "..."
	}
	return s[:shown] + "..."
}
