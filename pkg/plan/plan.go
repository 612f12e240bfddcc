// Package plan has the model of an access file: the people, roles, tokens and access
// lists of an organization, as a file that is reviewed and kept in a repository.
//
// It decodes such a file strictly and reports all errors at once. It reads files only
// through an fs.FS.
package plan

// Version is the only supported version of the file format.
const Version = "1"

// MaxSize is the maximum size of a file, and of its content after the expansion of
// aliases.
const MaxSize = 1 << 20

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
	Was         []string // earlier names
	Description string   // empty is the name
	Permissions []string // API parameters
	In          In
	Resources   []string // resource names, with placeholders
	At          Position
}

// In is the part of the organization to which a role applies. At most one field is set.
type In struct {
	All, Organization bool
	Places            []Place
}

// Place is a database, or some of its keyspaces or tables. An empty list means all.
type Place struct {
	Database  string
	Keyspaces []string
	Tables    []string
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
	Rotate                string // a number of days such as 60d; empty if absent
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
	Enabled              *bool
}

// Removed has the names of things that shall not exist.
type Removed struct{ Users, Roles, Tokens []string }
