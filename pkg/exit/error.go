package exit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
)

// Outcome says what a failed command left behind.
type Outcome string

// The outcomes. A script that repeats commands needs no more than this.
const (
	OutcomeNone    Outcome = "none"    // nothing was changed
	OutcomeApplied Outcome = "applied" // the change was made
	OutcomePartial Outcome = "partial" // some of several steps were done
	OutcomeUnknown Outcome = "unknown" // the service did not say
)

// Error is a failure with everything that a person or a script is told of it.
type Error struct {
	Exit      Code
	Name      string // machine name, such as ROLE_NOT_FOUND; default: that of Exit
	Message   string // what failed and why; lower case, no full stop
	Hint      string // advice in words
	Next      []string
	Outcome   Outcome
	Status    int // of the API's answer, 0 = none
	RequestID string
	Cause     error
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Usagef says that the command line is wrong (exit 2).
func Usagef(format string, args ...any) *Error {
	return &Error{Exit: Usage, Message: fmt.Sprintf(format, args...)}
}

// Failf is a failure with an exit status of its own.
func Failf(code Code, format string, args ...any) *Error {
	return &Error{Exit: code, Message: fmt.Sprintf(format, args...)}
}

// Refusef says that something is refused for safety (exit 19).
func Refusef(format string, args ...any) *Error {
	return &Error{Exit: Refused, Message: fmt.Sprintf(format, args...)}
}

// NotFoundf says that there is no kind (a role, a user …) called name (exit 6),
// and names the nearest of those that there are.
func NotFoundf(kind, name string, known []string) *Error {
	e := &Error{
		Exit:    NotFound,
		Name:    strings.ToUpper(strings.ReplaceAll(kind, " ", "_")) + "_NOT_FOUND",
		Message: fmt.Sprintf("%s %q does not exist", kind, name),
	}
	if i := slices.IndexFunc(known, func(k string) bool { return spelling.Alike(name, k) }); i >= 0 {
		e.Message += fmt.Sprintf(", but %q looks the same: %s", known[i], spelling.Difference(name, known[i]))
	} else if near := suggest.Nearest(name, known); len(near) > 0 {
		e.Hint = "did you mean " + QuoteList(near) + "?"
	}
	return e
}

// NotAmongf is NotFoundf for a kind of which there are few: it names them all
// where none is near.
func NotAmongf(kind, name string, known []string) *Error {
	e := NotFoundf(kind, name, known)
	switch {
	case e.Hint != "":
	case len(known) == 0:
		e.Hint = "no " + kind + " exists"
	case len(known) == 1:
		e.Hint = "available: " + output.Sanitize(known[0])
	default:
		e.Hint = "available: " + output.Sanitize(strings.Join(known, ", "))
	}
	return e
}

// Ambiguous says that name means several things (exit 7), with their ids.
func Ambiguous(kind, name string, ids []string) *Error {
	return &Error{
		Exit:    Conflict,
		Name:    "AMBIGUOUS",
		Message: fmt.Sprintf("%s %q is ambiguous: %s", kind, name, strings.Join(ids, ", ")),
		Hint:    "use the ID instead of the name",
	}
}

// WithHint adds advice to a failure and returns it.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithAnswer takes over the status and the id of the answer that cause tells of, and
// returns the failure.
func (e *Error) WithAnswer(cause error) *Error {
	if api, ok := errors.AsType[*devops.Error](cause); ok {
		e.Status, e.RequestID = api.Status, api.RequestID
	}
	return e
}

// WithNext adds a command that helps and returns the failure.
func (e *Error) WithNext(commands ...string) *Error {
	e.Next = append(e.Next, commands...)
	return e
}

// Hint adds advice and, when given, the commands that follow it to any error.
func Hint(err error, hint string, next ...string) error {
	if err == nil {
		return nil
	}
	e := Classify(err)
	e.Hint = hint
	e.Next = append(e.Next, next...)
	return e
}

// QuoteList joins names for a message, each in quotes and safe for a terminal.
func QuoteList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", output.Sanitize(n))
	}
	return strings.Join(quoted, ", ")
}

// UnknownPermission words the failure of iam.FindPermission (exit 2).
func UnknownPermission(err error) error {
	unknown, ok := errors.AsType[*iam.UnknownPermissionError](err)
	if !ok {
		return err
	}
	e := &Error{Exit: Usage, Name: "UNKNOWN_PERMISSION", Message: fmt.Sprintf("permission %q does not exist", unknown.Name), Cause: err}
	if len(unknown.Near) > 0 {
		e.Hint = "did you mean " + QuoteList(unknown.Near) + "?"
	}
	return e.WithNext("astra permission list")
}

// Partial is the failure of a command of several steps of which some were
// done (exit 9). done says which.
func Partial(err error, done string) error {
	e := *Classify(err)
	e.Exit, e.Name, e.Outcome, e.Hint = SomeFailed, "", OutcomePartial, done
	return &e
}

// PartlyDone is the failure of a command that was done in part and can be gone on
// with. state says how things are, next are the commands for it.
func PartlyDone(err error, state string, next ...string) error {
	e := *Classify(err)
	e.Outcome, e.Hint, e.Next = OutcomePartial, state, next
	if errors.Is(err, credential.ErrNotFound) { // the secret of an application; a missing login has a status of its own
		e.Exit, e.Name = Store, ""
	}
	return &e
}
