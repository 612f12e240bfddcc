package cli

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/onetime"
)

// Saved is the destination of a new token in the profile's secret store, under a
// name that is free so far.
func (a *App) Saved(session *Session, name string) (*onetime.Saved, error) {
	if err := config.CheckName(name); err != nil {
		return nil, Usagef("%q cannot name a saved token: %v", name, err)
	}
	if LooksLikeClientID(name) {
		return nil, Usagef("%q cannot name a saved token: 24 letters are a client id", name)
	}
	profile, err := a.Profile()
	if err != nil {
		return nil, Hint(err, "a saved token belongs to a profile: log in first, or use --out")
	}
	if !a.sandboxed && session.Profile.Name != profile.Name {
		return nil, Usagef("the credential comes from %s, not from profile %s, and may belong to another organization", session.Source, profile.Name).
			WithHint("use the profile's credential (unset the variable, or leave --token-file out), or --out")
	}
	if _, taken := profile.Token(name); taken {
		return nil, Failf(Conflict, "a token is saved as %q already", name).WithNext("astra token get " + name)
	}
	return a.savedIn(session, profile, name)
}

// SavedBy is the destination that an earlier run of a profile had for a token
// under a name.
func (a *App) SavedBy(session *Session, profile, name string) (*onetime.Saved, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	p, found := cfg.Find(profile)
	if a.sandboxed || !found {
		if p, err = a.Profile(); err != nil {
			return nil, err
		}
	}
	return a.savedIn(session, p, name)
}

// savedIn is the destination of a token in a profile's store under a name.
func (a *App) savedIn(session *Session, profile config.Profile, name string) (*onetime.Saved, error) {
	kind := profile.Store
	if kind == string(credential.Env) || kind == "" {
		var err error
		if kind, err = a.StoreKind(""); err != nil {
			return nil, err
		}
	}
	store, err := a.Store(kind)
	if err != nil {
		return nil, err
	}
	return &onetime.Saved{
		Store: store, Name: name, APIURL: session.APIURL,
		Key: func(clientID string) credential.Key {
			return SavedKey(profile.Name, config.SavedToken{Name: name, ClientID: clientID})
		},
		Record: func(ctx context.Context, clientID string) error {
			return a.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error {
				saved, taken := p.Token(name)
				switch {
				case taken && saved.ClientID == clientID:
					return nil
				case taken:
					return Failf(Conflict, "a token was saved as %q meanwhile", name)
				}
				p.Tokens = append(slices.Clone(p.Tokens), config.SavedToken{Name: name, ClientID: clientID, Store: kind})
				return nil
			})
		},
	}, nil
}

// LooksLikeClientID reports whether s has the form of a client id.
func LooksLikeClientID(s string) bool {
	return len(s) == 24 && !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
}

// LoginKey names the item of a profile's login in its store. It holds the client
// id, so that a login is replaced by one change of the configuration: until then
// the old item is the login, from then on the new one. No saved token can be
// named like it.
func LoginKey(p config.Profile) credential.Key {
	return credential.Key{Profile: p.Name, Name: "." + p.ClientID}
}

// SavedKey names the item of a saved token in its store.
func SavedKey(profile string, saved config.SavedToken) credential.Key {
	return credential.Key{Profile: profile, Name: saved.Name + "." + saved.ClientID}
}
