package tokens

import (
	"cmp"
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// verifyNamed checks a token by its client ID or saved name.
func verifyNamed(ctx context.Context, app *cli.App, login *cli.Session, ref string, depth Depth) (*Verification, error) {
	login.Ahead(ctx, lookup.Org(), lookup.Users(), lookup.Roles())
	depth.ahead(ctx, login)
	all, err := List(ctx, app, login)
	if err != nil {
		return nil, err
	}
	r, missing := Find(all, ref)
	if isAmbiguous(missing) {
		return nil, missing
	}
	if missing == nil {
		f := newVerification(r.ClientID)
		if r.IsExpired() {
			f.Reason = reasonExpired
		}
		if r.LacksTimes() {
			if f.Reason, err = checkStored(ctx, app, login, r); err != nil {
				return nil, err
			}
		}
		return f, f.addListed(ctx, app, login, r, depth)
	}
	saved, err := findSaved(app, login, ref)
	if err != nil {
		return nil, err
	}
	if saved.Name != "" { // a list may be late or incomplete
		f := newVerification(saved.ClientID)
		f.Saved = saved.Name
		switch _, err := askSaved(ctx, app, login, saved); {
		case devops.NoSuchToken(err):
			f.Reason = reasonRevoked
		case errors.Is(err, credential.ErrNotFound), errors.Is(err, devops.ErrUnauthorized):
			f.Reason = ReasonUntold
		case err != nil:
			return nil, err
		}
		return f, f.addOwnOrg(ctx, login)
	}
	f := newVerification(ref)
	f.Reason = reasonUnknown
	if e, ok := errors.AsType[*exit.Error](missing); ok {
		f.Suggestion = e.Hint
	}
	if !secret.LooksLikeClientID(ref) {
		return f, missing // not a client ID: a mistyped name
	}
	return f, nil
}

// checkStored asks the service with a token itself, if the list does not show its
// expiry, and returns the reason why it is not valid.
func checkStored(ctx context.Context, app *cli.App, login *cli.Session, r Token) (reason string, err error) {
	saved, err := findSaved(app, login, r.ClientID)
	switch {
	case err != nil:
		return "", err
	case r.Current:
		_, err = login.OrgID(ctx)
	case saved.Name == "":
		return ReasonUntold, nil
	default:
		_, err = askSaved(ctx, app, login, saved)
	}
	switch {
	case errors.Is(err, credential.ErrNotFound):
		return ReasonUntold, nil
	case errors.Is(err, devops.ErrUnauthorized):
		return ReasonRejected, nil
	}
	return "", err
}

// askSaved asks the service with a saved token for its organization, which fails if the
// token is not valid.
func askSaved(ctx context.Context, app *cli.App, login *cli.Session, saved config.SavedToken) (orgID string, err error) {
	profile, err := sessionProfile(app, login)
	if err != nil {
		return "", err
	}
	return askStored(ctx, app, profile.Name, saved, login.APIURL)
}

// askStored is askSaved for any profile. url is the service if the store does not name
// it.
func askStored(ctx context.Context, app *cli.App, profile string, saved config.SavedToken, url string) (orgID string, err error) {
	item, err := app.ReadSecret(ctx, saved.Store, credential.SavedKey(profile, saved.Name, saved.ClientID))
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

// awaitRejection asks with a saved token until the service clearly rejects it. A secret
// that is no longer stored is not asked with.
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
		return false, ignoreRefusal(err)
	})
}

// ignoreRefusal returns err, unless it is a refusal of the service.
func ignoreRefusal(err error) error {
	if errors.Is(err, devops.ErrUnauthorized) || errors.Is(err, devops.ErrForbidden) {
		return nil
	}
	return err
}

// findSaved returns the saved token with a name or client ID; the zero value if there
// is none.
func findSaved(app *cli.App, login *cli.Session, ref string) (config.SavedToken, error) {
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

// knownOrgName returns the name of an organization as the configuration has it.
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
