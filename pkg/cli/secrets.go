package cli

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
)

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

// sessionsOf are the REST sessions of a profile. A database that is selected may
// have one that an earlier version did not note; the others are noted.
func sessionsOf(p config.Profile) []secretKey {
	if !KeepsSessions(p) {
		return nil
	}
	ids := map[string]bool{}
	for _, b := range p.AllBindings() {
		ids[b.DB.ID] = true
	}
	for _, s := range p.Sessions {
		ids[s.DB] = true
	}
	delete(ids, "")
	var all []secretKey
	for id := range ids {
		all = append(all, secretKey{p.Store, RESTSessionKey(p.Name, id)})
	}
	return all
}

// SecretsOf returns how many secrets are stored for a profile.
func SecretsOf(p config.Profile) int { return len(secretsOf(p)) }

// copySecrets copies secrets to another profile's name. A login that was dropped is
// no error.
func (a *App) copySecrets(ctx context.Context, all []secretKey, to string) error {
	for _, s := range all {
		item, err := a.Stored(ctx, s.kind, s.key)
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
