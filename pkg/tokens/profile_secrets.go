package tokens

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
)

// secretsOf returns the stored login and the saved tokens of a profile.
func secretsOf(p config.Profile) []cli.SecretKey {
	var all []cli.SecretKey
	if p.Store != string(credential.Env) && p.Store != "" {
		all = append(all, cli.SecretKey{Kind: p.Store, Key: credential.LoginKey(p.Name, p.ClientID)})
	}
	for _, t := range p.Tokens {
		all = append(all, cli.SecretKey{Kind: t.Store, Key: credential.SavedKey(p.Name, t.Name, t.ClientID)})
	}
	return all
}

// SecretsOf returns how many secrets are stored for a profile.
func SecretsOf(p config.Profile) int { return len(secretsOf(p)) }

// copySecrets copies secrets to another profile name. A secret that is not stored is no
// error.
func copySecrets(ctx context.Context, app *cli.App, all []cli.SecretKey, to string) error {
	for _, s := range all {
		item, err := app.ReadSecret(ctx, s.Kind, s.Key)
		if errors.Is(err, credential.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		store, err := app.Store(s.Kind)
		if err != nil {
			return err
		}
		if err := store.Set(ctx, credential.Key{Profile: to, Name: s.Key.Name}, item); err != nil {
			return err
		}
	}
	return nil
}
