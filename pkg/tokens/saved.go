package tokens

import (
	"context"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// newSaved returns the destination of a new token in the secret store of the profile,
// under a name that is not taken.
func newSaved(app *cli.App, session *cli.Session, name string) (*onetime.Saved, error) {
	if err := config.CheckName(name); err != nil {
		return nil, exit.Usagef("%q cannot name a saved token: %v", name, err)
	}
	if secret.LooksLikeClientID(name) {
		return nil, exit.Usagef("%q cannot name a saved token: 24 letters are a client id", name)
	}
	profile, err := app.Profile()
	if err != nil {
		return nil, exit.Hint(err, "saving a token requires a profile: log in first, or use --out")
	}
	if !app.UsesSandbox() && session.Profile.Name != profile.Name {
		return nil, exit.Usagef("cannot save a token in profile %[2]s with the credential from %[1]s", session.Source, profile.Name).
			WithHint("use the credential of the profile (unset the variable or remove --token-file), or use --out")
	}
	if _, taken := profile.Token(name); taken {
		return nil, exit.Failf(exit.Conflict, "saved token %q already exists", name).WithNext("astra token get " + name)
	}
	kind := profile.Store
	if kind == string(credential.Env) || kind == "" {
		if kind, err = app.StoreKind(""); err != nil {
			return nil, err
		}
	}
	return savedAt(app, session.APIURL, onetime.Location{Profile: profile.Name, Saved: name, Kind: kind})
}

// savedAt returns the destination of a new token at a location whose name is not taken.
func savedAt(app *cli.App, apiURL string, place onetime.Location) (*onetime.Saved, error) {
	store, err := app.Store(place.Kind)
	if err != nil {
		return nil, err
	}
	saved := &onetime.Saved{Store: store, Location: place, APIURL: apiURL, TryRecord: app.TryConfig}
	saved.Record = func(ctx context.Context, clientID string) error {
		return app.UpdateConfig(ctx, func(c *config.Config) error {
			p, found := c.Find(place.Profile)
			if !found && !app.UsesSandbox() {
				return exit.Failf(exit.Conflict, "profile %s no longer exists", place.Profile)
			} else if !found {
				p = config.Profile{Name: place.Profile, Store: string(credential.File)}
			}
			old, taken := p.Token(place.Saved)
			switch {
			case taken && old.ClientID == clientID:
				return nil
			case taken:
				return exit.Failf(exit.Conflict, "saved token %q was created by another command", place.Saved)
			}
			p.Tokens = append(slices.Clone(p.Tokens), config.SavedToken{Name: place.Saved, ClientID: clientID, Store: place.Kind, OrgID: saved.OrgID})
			c.Put(p)
			return nil
		})
	}
	return saved, nil
}
