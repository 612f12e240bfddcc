package cli

import (
	"context"

	"github.com/astra-admin/astra/pkg/credential"
)

// LoginSession opens the API with the login of a profile, whatever credential
// the command uses otherwise. It sends nothing.
func (a *App) LoginSession(ctx context.Context, name string) (*Session, error) {
	p, err := a.findProfile(name)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, CredentialSource{Name: "profile " + name, profile: p, read: func(ctx context.Context) (credential.Item, error) {
		return a.profileCredential(ctx, name)
	}})
}
