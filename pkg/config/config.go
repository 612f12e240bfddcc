// Package config reads and edits what the program remembers between two runs:
// the user's configuration file with its profiles, the project file of a
// repository, the settings of the environment, and where all of it lives.
//
// None of these files ever holds a secret; one that does is refused.
package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// FileName is the name of the configuration file in its directory.
const FileName = "config.yaml"

// formatVersion is the version of the file format that this package writes
// and the only one that it reads.
const formatVersion = "1"

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// Config is the user's configuration file. The zero value is an absent file.
type Config struct {
	// CurrentProfile is used where neither a flag, the environment nor a
	// project file names a profile.
	CurrentProfile string
	// Defaults are settings that the environment and flags override; the
	// keys are those of DefaultKeys.
	Defaults map[string]string
	Profiles []Profile
	// Organizations were made from here. There may be no profile for them.
	Organizations []Org
}

// Profile is one organization as one user sees it. Its credential is in a
// store, under the profile's name.
type Profile struct {
	Name     string
	Org      Org
	APIURL   string // empty means the public API
	ClientID string // of the login token; it is not secret
	Store    string // where the credential is kept
	Tokens   []SavedToken
	Sessions []RESTSession
	Env      Env   // the default: the database that "env use" selected last
	Bindings []Env // of the other databases that it has selected
}

// Org names an organization.
type Org struct{ ID, Name string }

// SavedToken is an application token that a profile keeps in a store.
type SavedToken struct{ Name, ClientID, Store string }

// RESTSession says that a session with a database was opened, and when; its
// token is in the profile's store.
type RESTSession struct {
	DB       string // the id
	User     string // whose it is: the client id of a token, or a user of the database
	IssuedAt string
}

// Env is a binding: what a profile exports for applications that use one database.
type Env struct {
	DB       DB
	Regions  []string // all that the database has
	Region   string
	Keyspace string
	Token    string // the name of a saved token
	Expiry   Expiry // of that token
	Endpoint string
}

// Expiry says when a token ends, as it was when it was selected. It says nothing of
// another token under the same name.
type Expiry struct{ ClientID, At string }

// DB names a database.
type DB struct{ ID, Name string }

// CheckName returns an error that wraps ErrName unless name may name a profile
// or a saved token.
func CheckName(name string) error {
	if len(name) <= 63 && name != "" && strings.IndexFunc(name, func(r rune) bool { return !strings.ContainsRune(alphanumeric+"._-", r) }) < 0 && strings.ContainsRune(alphanumeric, rune(name[0])) {
		return nil
	}
	if odd := spelling.Foreign(name); odd != "" {
		return fmt.Errorf("%w: it has %s", ErrName, odd)
	}
	return fmt.Errorf("%w: use 1-63 letters, digits, ., - or _, starting with a letter or digit", ErrName)
}

// IsIdentifier reports whether s is of letters, digits, dashes and underscores only, as
// every id, region and keyspace is. Such a text may become a part of an address
// or of a path.
func IsIdentifier(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, alphanumeric+"_-") == ""
}

// Find returns the profile with the given name.
func (c Config) Find(name string) (Profile, bool) {
	if i := c.index(name); i >= 0 {
		return c.Profiles[i], true
	}
	return Profile{}, false
}

// Put replaces the profile of the same name, or adds p as the last one.
func (c *Config) Put(p Profile) {
	if i := c.index(p.Name); i >= 0 {
		c.Profiles[i] = p
		return
	}
	c.Profiles = append(c.Profiles, p)
}

// Remove drops the profile with the given name and reports whether there was
// one.
func (c *Config) Remove(name string) bool {
	i := c.index(name)
	if i < 0 {
		return false
	}
	c.Profiles = slices.Delete(c.Profiles, i, i+1)
	return true
}

func (c Config) index(name string) int {
	return slices.IndexFunc(c.Profiles, func(p Profile) bool { return p.Name == name })
}

// TokenNames returns the names of the saved tokens.
func (p Profile) TokenNames() []string {
	var names []string
	for _, t := range p.Tokens {
		names = append(names, t.Name)
	}
	return names
}

// Token returns the saved token with the given name.
func (p Profile) Token(name string) (SavedToken, bool) {
	i := slices.IndexFunc(p.Tokens, func(t SavedToken) bool { return t.Name == name })
	if i < 0 {
		return SavedToken{}, false
	}
	return p.Tokens[i], true
}
