// Package access answers who can do what, and where, in an organization: it evaluates
// roles as sets of places. It performs no input or output.
//
// What the documents of the service leave open is bracketed by two models. In the
// strict one, which pkg/iam and the emulator implement, a role must list a resource
// at the very level at which a permission is checked. In the lenient one, a resource
// under which a role lists no other also applies to everything below it. An answer on
// which the models differ is Unclear.
package access

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
)

// Place is a part of the organization. A segment is an ID or a name, or iam.Wildcard
// for all, including future ones; empty segments at the end are not part of the place.
// The zero value is the organization, with everything in it.
type Place struct {
	Database, Keyspace, Table string
	// DatabaseName is the name of the database in an answer, and ignored in a question.
	DatabaseName string
}

// MarshalJSON returns the place with the ID and the name of its database, and null for
// each segment that is not part of it.
func (p Place) MarshalJSON() ([]byte, error) {
	var out struct {
		Database *Ref    `json:"database"`
		Keyspace *string `json:"keyspace"`
		Table    *string `json:"table"`
	}
	if p.Database != "" {
		out.Database = &Ref{ID: p.Database, Name: cmp.Or(p.DatabaseName, p.Database)}
	}
	if p.Keyspace != "" {
		out.Keyspace = &p.Keyspace
	}
	if p.Table != "" {
		out.Table = &p.Table
	}
	return json.Marshal(out)
}

// String returns the segments, separated by dots, with the name of the database if it is
// known, or "organization".
func (p Place) String() string {
	segments := []string{cmp.Or(p.DatabaseName, p.Database, "organization"), p.Keyspace, p.Table}
	return strings.Join(slices.DeleteFunc(segments, func(s string) bool { return s == "" }), ".")
}

// Ref names a resource with an ID.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Role is a role of the organization. An Unreadable one has an ID, but its policy is
// unknown. Why says why, for people; without it, the role cannot be read.
type Role struct {
	iam.Role
	Unreadable bool
	Why        string
}

// Kind is the kind of a principal.
type Kind string

// The kinds of principals.
const (
	User  Kind = "user"
	Token Kind = "token"
	// RoleAlone asks what a holder of one role can do.
	RoleAlone Kind = "role"
)

// Status is the state of a principal. It does not change an answer: a pending user
// holds roles that apply once the invitation is accepted.
type Status string

// The statuses of principals.
const (
	Active  Status = "active"
	Pending Status = "pending"
	Expired Status = "expired"
	Revoked Status = "revoked"
)

// Principal is a holder of roles. Roles are IDs, in any order and possibly repeated.
type Principal struct {
	Kind   Kind     `json:"kind"`
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Status Status   `json:"status"`
	Roles  []string `json:"-"`
}

// Database is a database that exists. Nil Keyspaces are unknown.
type Database struct {
	ID, Name  string
	Keyspaces []string
}

// Organization is everything that an answer depends on.
type Organization struct {
	ID    string
	Roles []Role // default roles may be left out
	// RolesIncomplete is true if Roles may lack roles that exist, because they may not be
	// listed. Otherwise the ID of a role that is not listed is that of a deleted role.
	RolesIncomplete bool
	Principals      []Principal
	Databases       []Database // those that exist; nil if unknown
}

// Verdict is a short answer.
type Verdict string

// The verdicts. Unclear depends on the model of the service, Unknown on a role that
// may not be read.
const (
	Yes     Verdict = "yes"
	Partly  Verdict = "partly"
	Unclear Verdict = "unclear"
	Unknown Verdict = "unknown"
	No      Verdict = "no"
)

// Extent says for how much of what exists now an answer holds. The empty text, null in
// JSON, is unknown.
type Extent string

// The extents.
const (
	All  Extent = "all"
	Some Extent = "some"
	None Extent = "none"
)

// MarshalJSON returns the extent, or null if it is unknown.
func (e Extent) MarshalJSON() ([]byte, error) {
	if e == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(e))
}

// Question asks whether a principal can do What at all of Place or, with Any, at some
// of it.
type Question struct {
	What  What
	Place Place
	Any   bool
}

// Satisfied reports whether an answer of the question is an affirmative one.
func (q Question) Satisfied(a Answer) bool {
	return a.Answer == Yes || q.Any && a.Answer == Partly
}

// Undecided reports whether an answer of Explain is neither a yes nor a no: it depends on
// an assumption about the service, or a role that cannot be read may give more.
func (a Answer) Undecided() bool {
	return a.Answer == Unclear || a.Answer == Unknown || a.Answer == Partly && a.Assumes != nil
}

// Answer is the answer of a question. Links, Near and Assumes are filled in by Explain,
// and Fix by the caller, who knows the commands.
type Answer struct {
	Answer    Verdict   `json:"answer"`
	What      string    `json:"what"`
	Place     Place     `json:"place"` // as evaluated: no deeper than the permissions, open segments filled with *
	Principal Principal `json:"principal"`
	// Places are the largest parts of Place where the answer holds; those where it may
	// hold if it is Unclear.
	Places  []Place  `json:"places"`
	Now     Extent   `json:"now"`
	Future  bool     `json:"future"` // whether it also holds for databases, keyspaces and tables to come
	Models  Models   `json:"models"`
	Links   []Link   `json:"links"`
	Near    []Near   `json:"near"`
	Fix     []string `json:"fix"`
	Assumes *string  `json:"assumes"` // what an Unclear, Unknown or Partly answer depends on
	Cut     bool     `json:"-"`       // whether the question named a deeper place, such as a table for a permission of the organization
	Missing []string `json:"-"`       // IDs of deleted roles of the principal
}

// Models has the answer in each model: yes, partly or no.
type Models struct {
	Strict  Verdict `json:"strict"`
	Lenient Verdict `json:"lenient"`
}

// Link is one permission that an answer requires.
type Link struct {
	Atom     string  `json:"atom"`
	Place    Place   `json:"place"` // where the permission is required
	Holds    bool    `json:"holds"` // whether Answer is Yes
	Answer   Verdict `json:"answer"`
	Role     *Ref    `json:"role"`     // the role that grants it, or comes nearest
	Resource *string `json:"resource"` // the resource of that role by which it does
	Why      *string `json:"why"`      // why it does not hold
}

// Near is a role of the principal that lacks something, or another role that is enough
// together with those of the principal.
type Near struct {
	Role        Ref      `json:"role"`
	Held        bool     `json:"held"`        // whether the principal has the role
	Permissions int      `json:"permissions"` // the number of permissions of the role
	Lacks       []string `json:"lacks"`       // the permissions that the role alone lacks at the place; none if it is enough alone
}
