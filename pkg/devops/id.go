package devops

import (
	"errors"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// errID says that an answer holds an id of a form that no id has.
var errID = errors.New("an ID in the answer has characters that an ID cannot have")

// maxID is the length of the longest id that is believed. The service's own have
// at most 38 characters: a database's and a datacenter's number.
const maxID = 64

// An id names a thing in answers: an organization, a user, a role, a token, a
// database or a region. What the program later puts into an address, a file's
// name or a command begins here, so an answer with an id of another form is not
// used at all. One that is left out would make a list look whole that is not.
type id string

// UnmarshalText accepts what [IsID] does, and nothing.
func (i *id) UnmarshalText(b []byte) error {
	if len(b) > 0 && !IsID(string(b)) {
		return errID
	}
	*i = id(b)
	return nil
}

// IsID reports whether s has a form that an id of the service may have: letters,
// digits, dashes and underscores, at most 64, the first a letter or a digit.
func IsID(s string) bool {
	if s == "" || len(s) > maxID || s[0] == '-' || s[0] == '_' {
		return false
	}
	if failpoint.Disabled("id-form") {
		return true
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	}) < 0
}
