// Package credential keeps credentials between two runs: in the keyring of the
// operating system or, where somebody asked for it, in files that only their
// owner can read. It never chooses a weaker store than the one it was told to
// use.
//
// A keyring protects from other users and from stolen disks, not from other
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

// Kind names a sort of store, as it stands in a profile.
type Kind string

// The kinds. With Env nothing is stored: the environment brings the credential
// each time.
const (
	Keyring Kind = "keyring"
	File    Kind = "file"
	Env     Kind = "env"
)

var (
	// ErrNotFound says that a store works and has no such item.
	ErrNotFound = errors.New("no such credential")
	// ErrUnavailable says that a store cannot be used at all.
	ErrUnavailable = errors.New("the secret store is not available")
	// ErrLocked says that the keyring is locked and was not unlocked.
	ErrLocked = errors.New("the keyring is locked")
	// ErrTimeout says that the keyring did not answer in time. Whether a
	// change was made is not known; it counts as not made.
	ErrTimeout = errors.New("the keyring does not answer")
	// ErrPermissions says that others could reach a file of the store.
	ErrPermissions = errors.New("the file store is open to others")
	// ErrCorrupt says that an item is not one of ours, or damaged.
	ErrCorrupt = errors.New("the stored credential is damaged")
	// ErrTooLarge says that an item is larger than every keyring can hold.
	ErrTooLarge = errors.New("the credential is too large to store")
)

// Key names one item.
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

// Item is one credential with what is needed to use it. What it is bound to
// travels with it, so that an edited configuration cannot send it elsewhere.
type Item struct {
	ClientID string
	Secret   secret.Text // empty where only a token was given
	Token    secret.Text
	APIURL   string
	OrgID    string
	IssuedAt time.Time // of a session
}

// A Store keeps items. Set writes, reads back and compares; an error of Set or
// Delete means that the change counts as not made.
type Store interface {
	Kind() Kind
	// Probe returns nil when the store can be used now, perhaps after the
	// user has answered an unlock dialog. It changes nothing.
	Probe(ctx context.Context) error
	Get(ctx context.Context, key Key) (Item, error)
	Set(ctx context.Context, key Key, item Item) error
	Delete(ctx context.Context, key Key) error
}

// id is a text for the key in which only harmless characters stand, and which
// no other key shares. The slash is one between parts.
func (k Key) id() (string, error) {
	switch {
	case k.Profile == "":
		return "", errors.New("a credential needs the name of a profile")
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
