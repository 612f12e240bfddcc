package cli

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
)

// DataEndpoint returns the address of the REST API of a database. The sandbox is
// its own data host: embedded it answers to the names of the public service.
func (s *Session) DataEndpoint(d devops.Database, region string) (string, error) {
	if s.app.sandboxed {
		return devops.PublicEndpoint(d, region)
	}
	return devops.DataEndpoint(s.APIURL, d, region)
}

// RESTSession returns the session with a database that is kept for a profile,
// and whether there is one that need not be renewed yet. It asks nothing of the
// service.
func (a *App) RESTSession(ctx context.Context, p config.Profile, databaseID string) (credential.Item, bool, error) {
	if p.Store == "" || p.Store == string(credential.Env) {
		return credential.Item{}, false, nil
	}
	item, err := a.Stored(ctx, p.Store, RESTSessionKey(p.Name, databaseID))
	if errors.Is(err, credential.ErrNotFound) {
		return credential.Item{}, false, nil
	}
	if err != nil {
		return item, false, err
	}
	now, err := a.ServiceNow()
	age := now.Sub(item.IssuedAt)
	return item, err == nil && age >= 0 && age < RESTSessionRenew, err
}

// KeepRESTSession puts a session into the store of the profile, in the place of
// the one before. A profile that stores nothing keeps none.
func (a *App) KeepRESTSession(ctx context.Context, p config.Profile, databaseID string, item credential.Item) error {
	if p.Store == "" || p.Store == string(credential.Env) {
		return nil
	}
	store, err := a.Store(p.Store)
	if err != nil {
		return err
	}
	return store.Set(ctx, RESTSessionKey(p.Name, databaseID), item)
}
