package onetime

import (
	"fmt"
	"strings"
)

// A PendingError names credentials that exist, or may exist, and whose secret is not
// delivered.
type PendingError struct {
	ClientIDs []string
	Certain   bool // they are ours; otherwise they may be
	Blind     bool // the list could not be read
	Cause     error
}

// Error says what is unfinished.
func (e *PendingError) Error() string {
	names := strings.Join(e.ClientIDs, ", ")
	switch {
	case e.Certain:
		return fmt.Sprintf("%v; the new token %s may still be valid", e.Cause, names)
	case e.Blind && names == "":
		return fmt.Sprintf("%v; a new token may exist", e.Cause)
	case len(e.ClientIDs) == 1:
		return fmt.Sprintf("%v; the new token may be %s", e.Cause, names)
	case len(e.ClientIDs) > 1:
		return fmt.Sprintf("%v; the new token may be one of %s", e.Cause, names)
	}
	return fmt.Sprintf("%v; no new token is listed yet", e.Cause)
}

// Unwrap returns ErrPending and the cause.
func (e *PendingError) Unwrap() []error { return []error{ErrPending, e.Cause} }

// AmbiguousError says that only the user can tell the outcome of an operation, or that
// it is too early to tell.
type AmbiguousError struct{ Assessment }

// Error says what is unclear.
func (e *AmbiguousError) Error() string {
	switch e.State {
	case Unconfirmed:
		return fmt.Sprintf("it is unknown whether you received the secret of %s", e.ClientIDs[0])
	case Lookalike:
		return "the new token may be one of " + strings.Join(e.ClientIDs, ", ")
	case Unclear:
		return e.Why.Error()
	default:
		if e.Until.IsZero() {
			return "its request may just have taken effect; try again"
		}
		return "its request may still take effect; try again after " + e.Until.Local().Format(ClockFormat)
	}
}

// Unwrap returns ErrPending.
func (e *AmbiguousError) Unwrap() error { return ErrPending }

// ClockFormat is the format of a time of today, for people.
const ClockFormat = "15:04:05 MST"
