// Package config reads and edits persistent settings: the user's configuration
// file with its profiles, the project file of a repository, the settings of the
// environment, and the directories of all files.
//
// None of the files may contain a secret; one with a secret is refused.
package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// FileName is the name of the configuration file in its directory.
const FileName = "config.yaml"

// formatVersion is the only supported version of the file format.
const formatVersion = "1"

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// Config is the user's configuration file. The zero value is a missing file.
type Config struct {
	// CurrentProfile applies if no flag, environment variable or project file
	// selects a profile.
	CurrentProfile string
	// Defaults are settings with a lower precedence than environment and flags;
	// the keys are those of DefaultKeys.
	Defaults map[string]string
	Profiles []Profile
	// Organizations were created on this machine. They need no profile.
	Organizations []Org
}

// Profile is an organization and the access of one user to it. Its credential
// is in a store, under the profile's name.
type Profile struct {
	Name     string
	Org      Org
	APIURL   string // empty is the public API
	ClientID string // of the login token; not secret
	Store    string // the store of the credential
	Tokens   []SavedToken
	Sessions []RESTSession
	Selected Binding   // the default binding: the last database selected with "env use"
	Bindings []Binding // of other databases selected before
}

// Org names an organization.
type Org struct{ ID, Name string }

// SavedToken is an application token of a profile in a store.
type SavedToken struct {
	Name, ClientID, Store string
	OrgID                 string // of another organization than the profile's
}

// RESTSession records an opened session with a database. Its token is in the
// profile's store.
type RESTSession struct {
	DB       string // database ID
	User     string // owner: the client ID of a token, or a user of the database
	IssuedAt string
}

// Binding is a binding: what a profile exports for applications that use one
// database.
type Binding struct {
	DB       DB
	Regions  []string // all regions of the database
	Region   string
	Keyspace string
	Token    string // the name of a saved token
	Expiry   Expiry // of that token
	Endpoint string
}

// Expiry is the expiry of a token when it was selected. It does not apply to
// another token with the same name.
type Expiry struct{ ClientID, At string }

// DB names a database.
type DB struct{ ID, Name string }

// CheckName returns an error that wraps ErrName unless name is a valid name of
// a profile or saved token.
func CheckName(name string) error {
	if len(name) <= 63 && name != "" && strings.IndexFunc(name, func(r rune) bool { return !strings.ContainsRune(alphanumeric+"._-", r) }) < 0 && strings.ContainsRune(alphanumeric, rune(name[0])) {
		return nil
	}
	if odd := spelling.Foreign(name); odd != "" {
		return fmt.Errorf("%w: it has %s", ErrName, odd)
	}
	return fmt.Errorf("%w: use 1-63 letters, digits, ., - or _, starting with a letter or digit", ErrName)
}

// IsIdentifier reports whether s has only letters, digits, dashes and
// underscores, as every ID, region and keyspace. Such a text is safe in a URL
// or a path.
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

// Remove removes the profile with the given name and reports whether there was
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
