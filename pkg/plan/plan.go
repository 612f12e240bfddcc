// Package plan has the model of an access file: the people, roles, tokens and access
// lists of an organization, as a file that is reviewed and kept in a repository.
//
// It decodes such a file strictly and reports all errors at once. It reads files only
// through an fs.FS.
package plan

import "net/netip"

// Version is the only supported version of the file format.
const Version = "1"

// MaxSize is the maximum size of a file, and MaxExpansion that of what its aliases add.
const (
	MaxSize      = 8 << 20
	MaxExpansion = 1 << 20
)

// markLetters are the characters of a mark.
const markLetters = "abcdefghijklmnopqrstuvwxyz0123456789-"

// File is an access file with its fragments. A section that is absent from all of them is
// nil, and one that is present and empty is not.
type File struct {
	Organization Organization
	Manage       Manage
	Protect      Protect
	Ignore       Ignore
	Roles        []Role
	Groups       []Group
	Users        []User
	Tokens       []Token
	AccessLists  []AccessList
	Removed      Removed
	Sources      []Source // the file, then its fragments
}

// Source is a file that was read.
type Source struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Position is a place in a file.
type Position struct {
	Path         string
	Line, Column int // from 1
}

// Organization names the organization of the file. The ID decides.
type Organization struct{ ID, Name, Profile string }

// Manage says for each section which things at the service the file decides about. A
// field is empty if its key is absent.
type Manage struct {
	Roles, Users, Tokens, AccessLists string
	UserRoles                         string
	Mark                              string
	At                                Position
}

// Protect has the limits of every change.
type Protect struct {
	Administrators         int // 0 if absent
	Users, Roles, Tokens   []string
	Domains                []string
	Removals               int // 0 if absent
	RemovalsAreAPercentage bool
}

// Ignore has names, and regular expressions after ~, of things that do not count.
type Ignore struct{ Roles, Users, Tokens []string }

// Role is a custom role.
type Role struct {
	Name        string
	ID          string   // empty unless the file pins it
	Was         []string // earlier names
	Description string   // empty is the name
	Permissions []string // API parameters
	In          In
	Resources   []string // resource names, with placeholders
	At          Position
}

// In is the part of the organization to which a role applies. At most one field is set.
type In struct {
	Word   string // InAll or InOrganization
	Places []Place
}

// Words in place of a list of places.
const (
	InAll          = "all"
	InOrganization = "organization"
)

// IsZero reports whether no place is given.
func (in In) IsZero() bool { return in.Word == "" && in.Places == nil }

// Place is a database, or some of its keyspaces or tables. An empty list means all.
type Place struct {
	Database  string
	Keyspaces []string
	Tables    []string
	At        Position
}

// Group gives roles to several users.
type Group struct {
	Name           string
	Roles, Members []string
	At             Position
}

// User is a user with roles.
type User struct {
	Email, ID string
	Roles     []string
	At        Position
}

// Token is an application token, without its secret. It is identified by its client ID
// or its description.
type Token struct {
	Description, ClientID string
	Roles                 []string
	Owner                 string
	Expires               string // empty if absent
	Rotate                int    // days; 0 if absent
	At                    Position
}

// AccessList is the access list of a database or, with DevOpsAPI, of the DevOps API.
type AccessList struct {
	Database  string
	DevOpsAPI bool
	Enabled   *bool
	Addresses []Address
	At        Position
}

// Address is an address or a network of an access list.
type Address struct {
	Address, Description string
	Enabled              *bool // nil is true
	At                   Position
}

// Network returns the network of the address, which spellings of it share.
func (a Address) Network() (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(a.Address); err == nil {
		return p.Masked(), true
	}
	ip, err := netip.ParseAddr(a.Address)
	return netip.PrefixFrom(ip, ip.BitLen()), err == nil && ip.Zone() == ""
}

// Removed has the names of things that shall not exist.
type Removed struct {
	Users, Roles, Tokens []string

	at map[removedName]Position
}

// removedName is a name in a list of Removed.
type removedName struct{ list, name string }
