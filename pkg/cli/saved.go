package cli

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/classic"
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
		return nil, exit.Hint(err, "saving a token requires a profile: log in first, or use --out")
	}
	if !a.sandboxed && session.Profile.Name != profile.Name {
		return nil, exit.Usagef("cannot save a token in profile %[2]s with the credential from %[1]s", session.Source, profile.Name).
			WithHint("use the credential of the profile (unset the variable or remove --token-file), or use --out")
	}
	if _, taken := profile.Token(name); taken {
		return nil, exit.Failf(exit.Conflict, "saved token %q already exists", name).WithNext("astra token get " + name)
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
					return exit.Failf(exit.Conflict, "profile %s no longer exists", place.Profile)
				} else if !found {
					p = config.Profile{Name: place.Profile, Store: string(credential.File)}
				}
				saved, taken := p.Token(place.Saved)
				switch {
				case taken && saved.ClientID == clientID:
					return nil
				case taken:
					return exit.Failf(exit.Conflict, "saved token %q was created by another command", place.Saved)
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

// secretKey is one secret of a profile and the kind of store that has it.
type secretKey struct {
	kind string
	key  credential.Key
}

// secretsOf are the login and the saved tokens of a profile.
func secretsOf(p config.Profile) []secretKey {
	var all []secretKey
	if p.Store != string(credential.Env) && p.Store != "" {
		all = append(all, secretKey{p.Store, LoginKey(p)})
	}
	for _, t := range p.Tokens {
		all = append(all, secretKey{t.Store, SavedKey(p.Name, t)})
	}
	return all
}

// sessionsOf returns the REST sessions of a profile.
func sessionsOf(p config.Profile) []secretKey {
	var all []secretKey
	for _, key := range classic.Keys(p) {
		all = append(all, secretKey{p.Store, key})
	}
	return all
}

// SecretsOf returns how many secrets are stored for a profile.
func SecretsOf(p config.Profile) int { return len(secretsOf(p)) }

// copySecrets copies secrets to another profile's name. A login that was dropped is
// no error.
func (a *App) copySecrets(ctx context.Context, all []secretKey, to string) error {
	for _, s := range all {
		item, err := a.ReadSecret(ctx, s.kind, s.key)
		if errors.Is(err, credential.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		store, err := a.Store(s.kind)
		if err != nil {
			return err
		}
		if err := store.Set(ctx, credential.Key{Profile: to, Name: s.key.Name}, item); err != nil {
			return err
		}
	}
	return nil
}

// drop removes secrets. What is not there is as good as dropped.
func (a *App) drop(ctx context.Context, all []secretKey) error {
	var errs []error
	for _, s := range all {
		store, err := a.Store(s.kind)
		if err == nil {
			err = store.Delete(ctx, s.key)
		}
		if !errors.Is(err, credential.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// BundlePath is where the secure connect bundle of a database in a region is
// kept, unless somebody wants it elsewhere. What the database and its region are
// called becomes a part of it only if it is as plain as it should be.
func (a *App) BundlePath(databaseID, region string) (string, error) {
	if !config.IsIdentifier(databaseID) || !config.IsIdentifier(region) {
		return "", exit.Refusef("%q in %q cannot be a part of a file's name", databaseID, region)
	}
	paths, err := a.Paths()
	if paths.State == "" {
		return "", err
	}
	return filepath.Join(paths.State, "bundles", databaseID+"-"+region+".zip"), nil
}
