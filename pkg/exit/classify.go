// Package exit turns errors into exit statuses, machine names and advice. App.Finish in
// pkg/cli adds what depends on the run: a signal, a change that was made, and commands
// that pass through the status of another program.
package exit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/prompt"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// kinds has the exit status of every error that has none of its own, as those of
// Failf have. The first match wins; an error that matches nothing is unforeseen,
// status 1.
func kinds() []struct {
	target error
	code   Code
} {
	return []struct {
		target error
		code   Code
	}{
		{ErrNegative, CheckFailed},
		{ErrUndecided, Undecided},
		{onetime.ErrPending, Unknown},
		{onetime.ErrNothingKept, CredentialRevoked},
		{onetime.ErrPartial, Store},
		{onetime.ErrJournal, Config},
		{onetime.ErrDamaged, Config},
		{onetime.ErrRunning, Conflict},
		{onetime.ErrOperationExists, Conflict},
		{onetime.ErrNewer, Config},
		{onetime.ErrRetired, Conflict},
		{onetime.ErrOldGone, Conflict},
		{onetime.ErrNewGone, Conflict},
		{onetime.ErrRollingBack, Conflict},
		{absence.ErrStillListed, Server},
		{absence.ErrUnproven, Unknown},
		{ErrInterrupted, Interrupted},
		{ErrTerminated, Terminated},
		{ErrHungUp, HungUp},
		{prompt.ErrInterrupted, Interrupted},
		{prompt.ErrEnd, Unconfirmed},
		{ErrNoAnswer, Unconfirmed},
		{ErrSlowInput, Unconfirmed},
		{output.ErrOptions, Usage},
		{envfile.ErrUnrepresentable, Unwritable},
		{envfile.ErrName, Usage},
		{envfile.ErrNoUnset, Usage},
		{envfile.ErrDialect, Usage},
		{envfile.ErrNoMerge, Conflict},
		{envfile.ErrMerge, Refused},
		{config.ErrConfig, Config},
		{credential.ErrNotFound, NoCredential},
		{credential.ErrPermissions, Config},
		{credential.ErrCorrupt, Config},
		{credential.ErrUnavailable, Store},
		{credential.ErrLocked, Store},
		{credential.ErrTimeout, Store},
		{context.DeadlineExceeded, Network}, // a destination may not be tried out in time
		{onetime.ErrDestination, Usage},
		{sandbox.ErrBusy, Config},
		{sandbox.ErrState, Config},
		{sandbox.ErrNotInvited, NotFound},
		{sandbox.ErrNotActive, NotFound},
		{sandbox.ErrNotHibernated, NotFound},
		{devops.ErrURL, Usage},
		{devops.ErrForeignHost, Refused},
		{devops.ErrUnauthorized, NoCredential},
		{devops.ErrForbidden, Forbidden},
		{devops.ErrNotFound, NotFound},
		{devops.ErrConflict, Conflict},
		{devops.ErrInvalid, Failed},
		{devops.ErrRateLimited, RateLimited},
		{devops.ErrServer, Server},
		{devops.ErrOutcomeUnknown, Unknown},
		{devops.ErrNetwork, Network},
		{devops.ErrInvalidResponse, Server},
		{context.Canceled, Interrupted},
		{syscall.EPIPE, BrokenPipe},
	}
}

// Classify turns any error into an Error with an exit status, a machine name
// and the advice that goes with its kind.
func Classify(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok && (!namesOutcome(err) || namesOutcome(e)) {
		if text := err.Error(); text != e.Message {
			wrapped := *e // the wrapping said what was being done
			wrapped.Message = text
			return &wrapped
		}
		return e
	}
	e := &Error{Exit: Failed, Message: err.Error(), Cause: err}
	for _, k := range kinds() {
		if errors.Is(err, k.target) {
			e.Exit = k.code
			break
		}
	}
	if api, ok := errors.AsType[*devops.Error](err); ok {
		e.Status, e.RequestID = api.Status, api.RequestID
		if api.Sent && devops.MaybeApplied(err) && (api.Status == 0 || errors.Is(err, devops.ErrInvalidResponse)) {
			e.Outcome = OutcomeUnknown
		}
		advise(e, api)
	}
	switch e.Exit {
	case Unknown:
		e.Outcome = OutcomeUnknown
		if errors.Is(err, onetime.ErrPending) {
			e.Hint, e.Next = "every command shows a reminder until it is finished", append(e.Next, "astra token recover")
		}
	case Store:
		if errors.Is(err, onetime.ErrPartial) {
			e.Outcome = OutcomePartial
		}
	default:
	}
	if failpoint.Disabled("unclear-outcome") && e.Outcome == OutcomeUnknown {
		e.Outcome = OutcomeNone
	}
	switch {
	case errors.Is(err, onetime.ErrJournal):
		e.Hint = "without it a token could be lost; use ASTRA_STATE_DIR to choose another directory"
	case errors.Is(err, onetime.ErrRunning):
		e.Hint = "wait until it ends"
	}
	if errors.Is(err, sandbox.ErrState) {
		e.Hint, e.Next = "reset the sandbox, or move the file away", append(e.Next, "astra sandbox reset --yes")
	}
	return e
}

// Of returns the exit status for an error, OK for nil.
func Of(err error) Code {
	if err == nil {
		return OK
	}
	return Classify(err).Exit
}

// Is reports whether a command that fails with err ends with status code.
func Is(err error, code Code) bool { return err != nil && Of(err) == code }

// Explain returns the status and the text of a failure, for the row of a report.
func Explain(err error) (code int, text string) {
	e := Classify(err)
	if e.Hint != "" {
		return int(e.Exit), e.Message + "; " + e.Hint
	}
	return int(e.Exit), e.Message
}

// namesOutcome reports whether an error says what became of a credential that was made.
// That weighs more than why.
func namesOutcome(err error) bool {
	return errors.Is(err, onetime.ErrNothingKept) || errors.Is(err, onetime.ErrPending) || errors.Is(err, onetime.ErrPartial)
}

// mostCarriers is the number of default roles that a hint names; "permission get" lists
// all of them.
const mostCarriers = 3

// advise says what helps against a refusal of the API.
func advise(e *Error, api *devops.Error) {
	switch e.Exit {
	case NoCredential:
		e.Hint = "the token was rejected: it was revoked, has expired, or belongs to another service"
		e.Next = append(e.Next, "astra auth status", "astra auth login")
	case Forbidden:
		if api.Permission == "" {
			break
		}
		e.Hint = "permission required: " + api.Permission
		if p, err := iam.FindPermission(api.Permission); err == nil {
			e.Hint = fmt.Sprintf("permission required: %s (%s)", p.Parameter, p.Name)
		}
		var carriers []string
		for _, role := range iam.DefaultRolesWith(api.Permission) {
			carriers = append(carriers, role.Name)
		}
		if more := len(carriers) - mostCarriers; more > 1 {
			carriers = append(carriers[:mostCarriers], fmt.Sprintf("and %d more (astra permission get %s)", more, api.Permission))
		}
		if len(carriers) > 0 {
			e.Hint += "; default roles that include it, smallest first: " + strings.Join(carriers, ", ")
		}
	case RateLimited, Server:
		if api.RetryAfter > devops.Moment {
			e.Hint = "run the command again after that time, or with a longer --timeout"
		}
	case Unknown:
		e.Hint = "check the result before you run this again"
	default:
	}
}
