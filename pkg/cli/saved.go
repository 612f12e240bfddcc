package cli

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

// Saved is the destination of a new token in the profile's secret store, under a
// name that is free so far.
func (a *App) Saved(session *Session, name string) (*onetime.Saved, error) {
	if err := config.CheckName(name); err != nil {
		return nil, exit.Usagef("%q cannot name a saved token: %v", name, err)
	}
	if LooksLikeClientID(name) {
		return nil, exit.Usagef("%q cannot name a saved token: 24 letters are a client id", name)
	}
	profile, err := a.Profile()
	if err != nil {
		return nil, exit.Hint(err, "a saved token belongs to a profile: log in first, or use --out")
	}
	if !a.sandboxed && session.Profile.Name != profile.Name {
		return nil, exit.Usagef("the credential comes from %s, not from profile %s, and may belong to another organization", session.Source, profile.Name).
			WithHint("use the profile's credential (unset the variable, or leave --token-file out), or --out")
	}
	if _, taken := profile.Token(name); taken {
		return nil, exit.Failf(exit.Conflict, "a token is saved as %q already", name).WithNext("astra token get " + name)
	}
	kind := profile.Store
	if kind == string(credential.Env) || kind == "" {
		if kind, err = a.StoreKind(""); err != nil {
			return nil, err
		}
	}
	return a.SavedIn(session.APIURL, onetime.Place{Profile: profile.Name, Saved: name, Kind: kind})
}

// SavedIn is the destination of a token under a name that a profile does not have
// so far.
func (a *App) SavedIn(apiURL string, place onetime.Place) (*onetime.Saved, error) {
	store, err := a.Store(place.Kind)
	if err != nil {
		return nil, err
	}
	return &onetime.Saved{
		Store: store, Place: place, APIURL: apiURL,
		Key:       func(clientID string) credential.Key { return KeyOf(place, clientID) },
		TryRecord: a.TryConfig,
		Record: func(ctx context.Context, clientID string) error {
			return a.UpdateConfig(ctx, func(c *config.Config) error {
				p, found := c.Find(place.Profile)
				if !found && !a.sandboxed {
					return exit.Failf(exit.Conflict, "profile %s is not there any more", place.Profile)
				} else if !found {
					p = config.Profile{Name: place.Profile, Store: string(credential.File)}
				}
				saved, taken := p.Token(place.Saved)
				switch {
				case taken && saved.ClientID == clientID:
					return nil
				case taken:
					return exit.Failf(exit.Conflict, "a token was saved as %q meanwhile", place.Saved)
				}
				p.Tokens = append(slices.Clone(p.Tokens), config.SavedToken{Name: place.Saved, ClientID: clientID, Store: place.Kind})
				c.Put(p)
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
