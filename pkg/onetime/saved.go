package onetime

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

// Saved is a destination in a secret store.
type Saved struct {
	Store    credential.Store
	Location Location // with the name that the user gave
	APIURL   string   // the service that the token is for
	OrgID    string   // of the token, if it is another one than that of the login
	// TryRecord checks that Record can write. It leaves nothing behind.
	TryRecord func() error
	// Record adds the item to the configuration, unless the name was taken since.
	Record func(ctx context.Context, clientID string) error
}

// key names the item of a client ID.
func (s *Saved) key(clientID string) credential.Key {
	return credential.SavedKey(s.Location.Profile, s.Location.Saved, clientID)
}

// String names the store for people.
func (s *Saved) String() string {
	return fmt.Sprintf("%s, as %q", storeName(s.Store.Kind()), s.Location.Saved)
}

func storeName(kind credential.Kind) string {
	if kind == credential.File {
		return "a file readable only by you"
	}
	return "the " + string(kind)
}

// Prepare checks that the configuration can be written, and writes, reads and deletes a
// dummy item.
func (s *Saved) Prepare(ctx context.Context) error {
	if err := s.TryRecord(); err != nil {
		return err
	}
	return TryStore(ctx, s.Store, s.key("try"+rand.Text()))
}

// TryStore writes, reads and deletes a dummy item.
func TryStore(ctx context.Context, store credential.Store, key credential.Key) error {
	if err := store.Set(ctx, key, credential.Item{ClientID: "try", Token: "try"}); err != nil {
		return err
	}
	return store.Delete(ctx, key)
}

// Item returns the item of a credential for the service at apiURL.
func Item(made devops.Credential, apiURL string) credential.Item {
	return credential.Item{ClientID: made.ClientID, Secret: made.Secret, Token: made.Token, OrgID: made.OrgID, APIURL: apiURL}
}

// Deliver writes the item, which the store reads back, and adds it to the
// configuration.
func (s *Saved) Deliver(ctx context.Context, made devops.Credential) error {
	key := s.key(made.ClientID)
	if err := s.Store.Set(ctx, key, Item(made, s.APIURL)); err != nil {
		return err
	}
	if err := s.Record(ctx, made.ClientID); err != nil {
		return errors.Join(err, s.Store.Delete(context.WithoutCancel(ctx), key))
	}
	return nil
}

// Discard does nothing, because Prepare leaves nothing behind.
func (s *Saved) Discard() {}

// Holds reports whether the item is in the store.
func (s *Saved) Holds(ctx context.Context, clientID string) (bool, error) {
	_, err := s.Store.Get(ctx, s.key(clientID))
	if errors.Is(err, credential.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Load returns the token of the item.
func (s *Saved) Load(ctx context.Context, clientID string) (secret.Text, error) {
	item, err := s.Store.Get(ctx, s.key(clientID))
	return item.Token, err
}

// Drop deletes the item.
func (s *Saved) Drop(ctx context.Context, clientID string) error {
	return ignoreNotFound(s.Store.Delete(ctx, s.key(clientID)))
}

// ignoreNotFound returns err unless it is credential.ErrNotFound.
func ignoreNotFound(err error) error {
	if errors.Is(err, credential.ErrNotFound) {
		return nil
	}
	return err
}

// Note records the location.
func (s *Saved) Note(r *Record) { r.Locations = []Location{s.Location} }
