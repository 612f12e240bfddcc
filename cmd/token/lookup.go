package token

import (
	"cmp"
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// lookUp examines a token that is named.
func lookUp(ctx context.Context, app *cli.App, login *cli.Session, ref string) (*verification, error) {
	all, err := rows(ctx, app, login)
	if err != nil {
		return nil, err
	}
	r, missing := find(all, ref)
	if ambiguous(missing) {
		return nil, missing
	}
	if missing == nil {
		f := about(r.ClientID)
		if r.expired() {
			f.reason = isExpired
		}
		if r.lacksTimestamps() {
			if f.reason, err = probe(ctx, app, login, r); err != nil {
				return nil, err
			}
		}
		return f, f.show(ctx, login, r)
	}
	saved, err := savedLocations(app, login, ref)
	if err != nil {
		return nil, err
	}
	if saved.Name != "" { // a list may be late or incomplete
		f := about(saved.ClientID)
		f.saved = saved.Name
		switch _, err := ping(ctx, app, login, saved); {
		case devops.NoSuchToken(err):
			f.reason = isRevoked
		case errors.Is(err, credential.ErrNotFound), errors.Is(err, devops.ErrUnauthorized):
			f.reason = isUntold
		case err != nil:
			return nil, err
		}
		return f, f.location(ctx, login)
	}
	f := about(ref)
	f.reason = isUnknown
	if e, ok := errors.AsType[*exit.Error](missing); ok {
		f.near = e.Hint
	}
	if !cli.LooksLikeClientID(ref) {
		return f, missing // no client id: a name that was mistyped
	}
	return f, nil
}

// probe asks with a token itself whether it is valid, where the list does not
// tell, and returns why it is not.
func probe(ctx context.Context, app *cli.App, login *cli.Session, r tokenRow) (reason string, err error) {
	saved, err := savedLocations(app, login, r.ClientID)
	switch {
	case err != nil:
		return "", err
	case r.current:
		_, err = login.OrgID(ctx)
	case saved.Name == "":
		return isUntold, nil
	default:
		_, err = ping(ctx, app, login, saved)
	}
	switch {
	case errors.Is(err, credential.ErrNotFound):
		return isUntold, nil
	case errors.Is(err, devops.ErrUnauthorized):
		return isRejected, nil
	}
	return "", err
}

// ping asks the service with a saved token which organization it belongs to, which
// is an error if it is not valid.
func ping(ctx context.Context, app *cli.App, login *cli.Session, saved config.SavedToken) (orgID string, err error) {
	profile, err := sessionProfile(app, login)
	if err != nil {
		return "", err
	}
	return askStored(ctx, app, profile.Name, saved, login.APIURL)
}

// askStored is askWith for a profile. url is the service if the store does not say
// for which one the token is.
func askStored(ctx context.Context, app *cli.App, profile string, saved config.SavedToken, url string) (orgID string, err error) {
	item, err := app.ReadSecret(ctx, saved.Store, cli.SavedKey(profile, saved))
	if err != nil {
		return "", err
	}
	token := secret.Token{ClientID: saved.ClientID, Text: item.Token}
	asker, err := app.Connect(token, cmp.Or(item.APIURL, url))
	if err != nil {
		return "", err
	}
	return asker.OrgID(ctx)
}

// awaitRejection asks with a saved token until the service rejects it clearly. A
// secret that is not in its store any more needs no asking.
func awaitRejection(ctx context.Context, app *cli.App, profile string, saved config.SavedToken) error {
	url, err := app.RequestedURL()
	if err != nil {
		return err
	}
	return onetime.AwaitRejection(ctx, saved.ClientID, func(ctx context.Context, _ string) (bool, error) {
		_, err := askStored(ctx, app, profile, saved, url)
		if errors.Is(err, credential.ErrNotFound) || devops.NoSuchToken(err) {
			return true, nil
		}
		return false, unlessRefused(err)
	})
}

// unlessRefused is err, unless it is an answer of the service about the token.
func unlessRefused(err error) error {
	if errors.Is(err, devops.ErrUnauthorized) || errors.Is(err, devops.ErrForbidden) {
		return nil
	}
	return err
}

// savedLocations returns the token that is saved under a name or has a client id; the
// zero value if none is.
func savedLocations(app *cli.App, login *cli.Session, ref string) (config.SavedToken, error) {
	profile, err := sessionProfile(app, login)
	if err != nil {
		return config.SavedToken{}, err
	}
	for _, s := range profile.Tokens {
		if s.Name == ref || s.ClientID == ref {
			return s, nil
		}
	}
	return config.SavedToken{}, nil
}

// knownOrgName returns the name of an organization that is known from here.
func knownOrgName(app *cli.App, orgID string) string {
	cfg, err := app.Config()
	if err != nil {
		return ""
	}
	for _, p := range cfg.Profiles {
		if p.Org.ID == orgID {
			return p.Org.Name
		}
	}
	for _, o := range cfg.Organizations {
		if o.ID == orgID {
			return o.Name
		}
	}
	return ""
}
