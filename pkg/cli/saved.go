package cli

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/onetime"
)

// Maker makes credentials through a session.
func (a *App) Maker(session *Session) onetime.Maker {
	return onetime.Maker{Tokens: session.Tokens, Rand: a.Rand, Now: a.Now}
}

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
	kind := profile.Store
	if kind == string(credential.Env) || kind == "" {
		if kind, err = a.StoreKind(""); err != nil {
			return nil, err
		}
	}
	store, err := a.Store(kind)
	if err != nil {
		return nil, err
	}
	key := func(clientID string) credential.Key {
		return SavedKey(profile.Name, config.SavedToken{Name: name, ClientID: clientID})
	}
	return &onetime.Saved{
		Store: store, Name: name, Key: key, APIURL: session.APIURL,
		Record: func(ctx context.Context, made devops.Credential) error {
			a.Secrets.Add(made.Token)
			a.Secrets.Add(made.Secret)
			return a.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error {
				if _, taken := p.Token(name); taken {
					return Failf(Conflict, "a token was saved as %q meanwhile", name)
				}
				p.Tokens = append(slices.Clone(p.Tokens), config.SavedToken{Name: name, ClientID: made.ClientID, Store: kind})
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
