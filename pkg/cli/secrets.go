package cli

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/classic"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
)

// A SecretKey names a secret of a profile, and the kind of the store that has it.
type SecretKey struct {
	Kind string
	Key  credential.Key
}

// SessionSecrets returns the REST sessions of a profile.
func SessionSecrets(p config.Profile) []SecretKey {
	var all []SecretKey
	for _, key := range classic.Keys(p) {
		all = append(all, SecretKey{p.Store, key})
	}
	return all
}

// DropSecrets deletes secrets. One that is not there is no error.
func (a *App) DropSecrets(ctx context.Context, all []SecretKey) error {
	var errs []error
	for _, s := range all {
		store, err := a.Store(s.Kind)
		if err == nil {
			err = store.Delete(ctx, s.Key)
		}
		if !errors.Is(err, credential.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
