package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
)

// The life of a REST session. The service counts thirty minutes from the last
// use, which is not seen here, so they are counted from the issue, and a session
// is renewed somewhat earlier.
const (
	RESTSessionLife  = 30 * time.Minute
	RESTSessionRenew = 25 * time.Minute
)

// RESTSessionKey names the item of a database's REST session in its store. No
// saved token can have that name.
func RESTSessionKey(profile, databaseID string) credential.Key {
	return credential.Key{Profile: profile, Name: "session@" + databaseID}
}

// DataEndpoint returns the address of the REST API of a database. The sandbox is
// its own data host: embedded it answers to the names of the public service.
func (s *Session) DataEndpoint(d devops.Database, region string) (string, error) {
	if s.app.sandboxed {
		return devops.PublicEndpoint(d, region)
	}
	return devops.DataEndpoint(s.APIURL, d, region)
}

// KeepsSessions reports whether sessions are kept for a profile. One that stores
// nothing keeps none.
func KeepsSessions(p config.Profile) bool {
	return p.Store != "" && p.Store != string(credential.Env)
}

// RESTSession returns the session with a database that is kept for a profile,
// and whether there is one that need not be renewed yet. A session with the
// database of another service is none. It asks nothing of the service.
func (a *App) RESTSession(ctx context.Context, p config.Profile, databaseID string) (credential.Item, bool, error) {
	if !KeepsSessions(p) {
		return credential.Item{}, false, nil
	}
	service, err := a.serviceOf(p)
	if err != nil {
		return credential.Item{}, false, err
	}
	item, err := a.Stored(ctx, p.Store, RESTSessionKey(p.Name, databaseID))
	if errors.Is(err, credential.ErrNotFound) || err == nil && item.APIURL != service {
		return credential.Item{}, false, nil
	}
	if err != nil {
		return item, false, err
	}
	now, err := a.ServiceNow()
	age := now.Sub(item.IssuedAt)
	return item, err == nil && age >= 0 && age < RESTSessionRenew, err
}

// serviceOf is the address of the service that a profile belongs to.
func (a *App) serviceOf(p config.Profile) (string, error) {
	if a.sandboxed {
		return sandboxURL, nil
	}
	return devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
}

// KeepRESTSession puts a session into the store of the profile, in the place of
// the one before, and notes it in the configuration: what is noted is dropped
// with the profile, and a shell that watches the file sees that there is a new
// one.
func (a *App) KeepRESTSession(ctx context.Context, p config.Profile, databaseID string, item credential.Item) error {
	if !KeepsSessions(p) {
		return nil
	}
	store, err := a.Store(p.Store)
	if err != nil {
		return err
	}
	key := RESTSessionKey(p.Name, databaseID)
	if err := store.Set(ctx, key, item); err != nil {
		return err
	}
	note := config.RESTSession{DB: databaseID, User: item.ClientID, IssuedAt: item.IssuedAt.UTC().Format(time.RFC3339)}
	err = a.UpdateProfile(ctx, p.Name, func(p *config.Profile) error {
		others := slices.DeleteFunc(slices.Clone(p.Sessions), func(s config.RESTSession) bool { return s.DB == databaseID })
		p.Sessions = append(others, note)
		return nil
	})
	if err != nil { // nothing would ever drop it
		err = errors.Join(err, store.Delete(context.WithoutCancel(ctx), key))
	}
	return err
}

// DropRESTSessions removes the sessions that are kept for a profile: those of one
// user, or all for no name.
func (a *App) DropRESTSessions(ctx context.Context, p config.Profile, user string) error {
	ends := func(s config.RESTSession) bool { return user == "" || s.User == user }
	if user != "" {
		p.Env, p.Bindings = config.Env{}, nil // sessions without a recorded owner match no user
	}
	p.Sessions = slices.DeleteFunc(slices.Clone(p.Sessions), func(s config.RESTSession) bool { return !ends(s) })
	if err := a.DropSecrets(ctx, SessionSecrets(p)); err != nil || len(p.Sessions) == 0 {
		return err
	}
	return a.UpdateProfile(ctx, p.Name, func(p *config.Profile) error {
		p.Sessions = slices.DeleteFunc(slices.Clone(p.Sessions), ends)
		return nil
	})
}
