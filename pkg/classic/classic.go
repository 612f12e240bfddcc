// Package classic keeps the sessions with the REST API of databases, which classic
// databases were made for: their names, their age, and their storage in a profile.
package classic

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/secret"
)

// The life of a session. The service counts thirty minutes from the last use, which is
// not visible here, so they are counted from the issue, and a session is renewed
// somewhat earlier.
const (
	Life       = 30 * time.Minute
	RenewAfter = 25 * time.Minute
)

// Key returns the key of the session with a database in the store of its profile. No
// saved token can have that name.
func Key(profile, databaseID string) credential.Key {
	return credential.Key{Profile: profile, Name: "session@" + databaseID}
}

// Stores reports whether sessions are stored for a profile. One that stores no
// credential stores no session.
func Stores(p config.Profile) bool {
	return p.Store != "" && p.Store != string(credential.Env)
}

// Keys returns the keys of the sessions of a profile. A selected database may have one
// that an earlier version did not record.
func Keys(p config.Profile) []credential.Key {
	if !Stores(p) {
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
	var all []credential.Key
	for id := range ids {
		all = append(all, Key(p.Name, id))
	}
	return all
}

// Sessions are the stored sessions of a profile.
type Sessions struct {
	Profile config.Profile
	Store   credential.Store // nil for a profile that stores none
	Secrets *secret.Redactor

	// Service returns the address of the service of the profile, and Now the time there.
	Service func() (string, error)
	Now     func() (time.Time, error)

	// Update changes the profile in the configuration.
	Update func(context.Context, func(*config.Profile) error) error
}

// Get returns the session with a database, and whether it need not be renewed yet. It
// is the zero Item if there is none with a database of this service. Get sends no
// request.
func (s Sessions) Get(ctx context.Context, databaseID string) (credential.Item, bool, error) {
	if s.Store == nil {
		return credential.Item{}, false, nil
	}
	service, err := s.Service()
	if err != nil {
		return credential.Item{}, false, err
	}
	item, err := s.Store.Get(ctx, Key(s.Profile.Name, databaseID))
	s.Secrets.Add(item.Token)
	if errors.Is(err, credential.ErrNotFound) || err == nil && item.APIURL != service {
		return credential.Item{}, false, nil
	}
	if err != nil {
		return item, false, err
	}
	now, err := s.Now()
	age := now.Sub(item.IssuedAt)
	return item, err == nil && age >= 0 && age < RenewAfter, err
}

// Put stores a session in place of an earlier one, and records it in the configuration:
// a recorded session is deleted with the profile, and a shell that watches the file sees
// that there is a new one.
func (s Sessions) Put(ctx context.Context, databaseID string, item credential.Item) error {
	if s.Store == nil {
		return nil
	}
	key := Key(s.Profile.Name, databaseID)
	if err := s.Store.Set(ctx, key, item); err != nil {
		return err
	}
	record := config.RESTSession{DB: databaseID, User: item.ClientID, IssuedAt: item.IssuedAt.UTC().Format(time.RFC3339)}
	err := s.Update(ctx, func(p *config.Profile) error {
		others := slices.DeleteFunc(slices.Clone(p.Sessions), func(s config.RESTSession) bool { return s.DB == databaseID })
		p.Sessions = append(others, record)
		return nil
	})
	if err != nil { // no command would ever delete it
		err = errors.Join(err, s.Store.Delete(context.WithoutCancel(ctx), key))
	}
	return err
}

// Delete deletes the sessions of one user, or all for no name.
func (s Sessions) Delete(ctx context.Context, user string) error {
	isOf := func(r config.RESTSession) bool { return user == "" || r.User == user }
	p := s.Profile
	if user != "" {
		p.Selected, p.Bindings = config.Binding{}, nil // sessions without a recorded owner match no user
	}
	p.Sessions = slices.DeleteFunc(slices.Clone(p.Sessions), func(r config.RESTSession) bool { return !isOf(r) })
	var errs []error
	for _, key := range Keys(p) { // none without a store
		if err := s.Store.Delete(ctx, key); !errors.Is(err, credential.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil || len(p.Sessions) == 0 {
		return err
	}
	return s.Update(ctx, func(p *config.Profile) error {
		p.Sessions = slices.DeleteFunc(slices.Clone(p.Sessions), isOf)
		return nil
	})
}
