// Package credential stores credentials: in the keyring of the operating system
// or, on request, in files that only their owner can read. It never falls back
// to a weaker store.
//
// A keyring protects against other users and stolen disks, not against other
// programs of the same user.
// programs of the same user.
package credential

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/secret"
)

// Kind is a kind of store, as in a profile.
type Kind string

// The kinds. With Env nothing is stored: the environment has the credential.
const (
	Keyring Kind = "keyring"
	File    Kind = "file"
	Env     Kind = "env"
)

var (
	// ErrNotFound reports that the store has no such item.
	ErrNotFound = errors.New("no such credential")
	// ErrUnavailable reports that a store cannot be used.
	ErrUnavailable = errors.New("the secret store is not available")
	// ErrLocked reports that the keyring is locked and was not unlocked.
	ErrLocked = errors.New("the keyring is locked")
	// ErrTimeout reports that the keyring did not respond in time. A change may
	// have been made; it counts as not made.
	ErrTimeout = errors.New("the keyring does not respond")
	// ErrPermissions reports that other users could read a file of the store.
	ErrPermissions = errors.New("the file store is open to others")
	// ErrCorrupt reports a damaged or foreign item.
	ErrCorrupt = errors.New("the stored credential is damaged")
	// ErrTooLarge reports an item that exceeds the limit of a keyring.
	ErrTooLarge = errors.New("the credential is too large to store")
)

// Key identifies an item.
type Key struct {
	Profile string
	Name    string // of a saved token; empty for the profile's login
}

// LoginKey names the item of a profile's login. It contains the client ID, so that
// one change of the configuration replaces a login: until then the old item is the
// login, from then on the new one. No saved token can have that name.
func LoginKey(profile, clientID string) Key {
	return Key{Profile: profile, Name: "." + clientID}
}

// SavedKey names the item of a saved token. Two commands that save under one name at
// the same time write two items.
func SavedKey(profile, name, clientID string) Key {
	return Key{Profile: profile, Name: name + "." + clientID}
}

// Item is a credential with its binding to a service. The binding is stored
// with the secret, so that an edited configuration cannot send it elsewhere.
type Item struct {
	ClientID string
	Secret   secret.Text // empty with a token alone
	Token    secret.Text
	APIURL   string
	OrgID    string
	IssuedAt time.Time // of a session
}

// Store stores items. Set reads back and compares; after an error of Set or
// Delete the change counts as not made.
type Store interface {
	Kind() Kind
	// Probe returns nil if the store can be used now, possibly after the user
	// has answered an unlock dialog. It changes nothing.
	Probe(ctx context.Context) error
	Get(ctx context.Context, key Key) (Item, error)
	Set(ctx context.Context, key Key, item Item) error
	Delete(ctx context.Context, key Key) error
}

// id returns a unique text for the key that has only safe characters. The slash
// separates its parts.
func (k Key) id() (string, error) {
	switch {
	case k.Profile == "":
		return "", errors.New("a credential requires a profile name")
	case k.Name == "":
		return escape(k.Profile), nil
	}
	return escape(k.Profile) + "/" + escape(k.Name), nil
}

func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'z', c == '.', c == '_', c == '-':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
