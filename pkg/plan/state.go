package plan

import (
	"strings"
	"time"
)

// State is an organization as the service reported it. A section that was not read is
// nil, and one that is there and empty is not.
type State struct {
	Organization Organization
	Roles        []StateRole
	// RolesForNames says that roles were read only for their names, and are not managed.
	RolesForNames bool
	Users         []StateUser
	Tokens        []StateToken
	AccessLists   []StateAccessList
	Databases     []StateDatabase
	Login         Login
	Now           time.Time // the time of the service
}

// Login is the token with which the commands are run.
type Login struct {
	ClientID string
	Roles    []string // role IDs
}

// StateRole is a default or custom role.
type StateRole struct {
	ID, Name, Description string
	Mark                  string // the mark that was cut off from the description
	Default               bool
	Denies                bool     // the policy denies its actions; a file cannot describe that
	Permissions           []string // API parameters
	Resources             []string // resource names
	UpdatedBy             string
	UpdatedAt             time.Time
}

// StateUser is a user, or a person who was invited.
type StateUser struct {
	ID, Email string
	Pending   bool
	InvitedAt time.Time // zero if unknown
	Roles     []string  // role IDs
}

// StateToken is an application token without its secret.
type StateToken struct {
	ClientID         string
	Description      string // without the mark
	Mark             string
	DescriptionKnown bool // false if it is empty: it may be hidden
	SavedName        string
	Roles            []string // role IDs; nil if unknown
	Owner            string   // a user ID; empty if unknown
	GeneratedAt      time.Time
	ExpiresAt        time.Time // zero if never
}

func (t StateToken) isLive(now time.Time) bool {
	return t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt)
}

// StateAccessList is the access list of a database or of the DevOps API.
type StateAccessList struct {
	DatabaseID string // empty for the DevOps API
	Enabled    bool
	Addresses  []Address
}

// StateDatabase is a database that has not been deleted.
type StateDatabase struct{ ID, Name string }

// CreatedID is the ID, in the roles of steps, of a role that another step creates: its
// real ID is not known before.
func CreatedID(name string) string { return createdPrefix + name }

// CreatedName returns the name of a role whose ID CreatedID made, and whether it did.
func CreatedName(id string) (string, bool) { return strings.CutPrefix(id, createdPrefix) }

const createdPrefix = "name:"

// StepKind names what a step changes.
type StepKind string

// Kinds of steps.
const (
	RoleStep       StepKind = "role"
	UserStep       StepKind = "user"
	TokenStep      StepKind = "token"
	AccessListStep StepKind = "access-list"
)

// Action names what a step does.
type Action string

// Actions of steps. A role is created, updated (a new name is an update) or deleted; a
// user is invited, updated or removed; a token is revoked; of an access list an address
// is added, updated or removed, and the list is enabled or disabled.
const (
	Create  Action = "create"
	Update  Action = "update"
	Delete  Action = "delete"
	Invite  Action = "invite"
	Remove  Action = "remove"
	Revoke  Action = "revoke"
	Add     Action = "add"
	Enable  Action = "enable"
	Disable Action = "disable"
)

// Reversible says whether a step can be undone.
type Reversible string

// Values of Reversible.
const (
	Yes    Reversible = "yes"
	Partly Reversible = "partly" // a removed user is invited again; a deleted role has a new ID
	No     Reversible = "no"
)

// Step is one change, which takes one request.
type Step struct {
	Number int // from 1, in the order of the plan; 0 before it has one
	Kind   StepKind
	Action Action
	ID     string // of what exists; empty if it is to be created
	Name   string
	At     Position // zero if no file names it

	// What is changed, before and after: exactly one pair is set, by Kind. A nil before
	// is created, and a nil after is deleted.
	RoleBefore, RoleAfter       *StateRole
	UserBefore, UserAfter       *StateUser
	TokenBefore                 *StateToken
	ListBefore, ListAfter       *StateAccessList // enable, disable
	AddressList                 string           // the database ID of Address; empty for the DevOps API
	AddressBefore, AddressAfter *Address

	OnlyByMark bool // deleted only because it has the mark
	Undo       Reversible
	Moment     string // an unavoidable gap or surplus of access after this step; empty if none
}
