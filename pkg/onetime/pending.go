package onetime

import (
	"fmt"
	"strings"
)

// A PendingError names credentials that exist, or may exist, and whose secret
// nobody holds.
type PendingError struct {
	ClientIDs []string
	Certain   bool // they are ours; otherwise they only look like it
	Blind     bool // the list could not be looked at
	Cause     error
}

// Error says what is open.
func (e *PendingError) Error() string {
	switch {
	case e.Certain:
		return fmt.Sprintf("%v; the credential %s exists and nobody holds its secret", e.Cause, strings.Join(e.ClientIDs, ", "))
	case e.Blind:
		return fmt.Sprintf("%v; a credential may exist whose secret nobody holds", e.Cause)
	case len(e.ClientIDs) == 1:
		return fmt.Sprintf("%v; %s looks like what it made", e.Cause, e.ClientIDs[0])
	case len(e.ClientIDs) > 1:
		return fmt.Sprintf("%v; one of %s looks like what it made", e.Cause, strings.Join(e.ClientIDs, ", "))
	}
	return fmt.Sprintf("%v; no new credential is listed so far", e.Cause)
}

// Unwrap returns ErrPending and the cause.
func (e *PendingError) Unwrap() []error { return []error{ErrPending, e.Cause} }
