package devops

import (
	"errors"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// errID reports a malformed ID in a response.
var errID = errors.New("malformed ID in the response")

// maxID is the maximum length of an ID. The service's own have at most 38
// characters: those of datacenters.
const maxID = 64

// id identifies an organization, user, role, token, database or region in
// responses. IDs become parts of URLs, file names and commands, so a response
// with a malformed one is rejected as a whole: without the element, a list
// would look complete.
type id string

// UnmarshalText accepts an empty ID and what [IsID] accepts.
func (i *id) UnmarshalText(b []byte) error {
	if len(b) > 0 && !IsID(string(b)) {
		return errID
	}
	*i = id(b)
	return nil
}

// IsID reports whether s has the format of an ID of the service: letters,
// digits, dashes and underscores, at most 64, starting with a letter or a
// digit.
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
