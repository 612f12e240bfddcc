package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/prompt"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// Finish reports how the command ended and returns the exit status. A failure is a short
// text, or with -o json or yaml one JSON object, on standard error; standard output stays
// empty.
func (a *App) Finish(ctx context.Context, err error) int {
	for _, end := range []context.CancelFunc{a.cancelTimeout, a.endLife} {
		if end != nil {
			defer end()
		}
	}
	advice := a.explainRefusal(err)
	a.calls.End()
	if a.AtExit != nil {
		a.AtExit()
	}
	if err == nil || errors.Is(err, exit.ErrDone) || errors.Is(err, exit.ErrNegative) || errors.Is(err, exit.ErrUndecided) {
		end := exit.OK
		if err != nil && !errors.Is(err, exit.ErrDone) {
			end = exit.Of(err)
		}
		if err = a.outputError(); err == nil {
			return int(end)
		}
	}
	if child, ok := errors.AsType[process.Status](err); ok {
		return int(child)
	}
	if a.OnFailure != nil {
		fmt.Fprint(a.Out, *a.OnFailure)
	}
	e := exit.Classify(err)
	if cause := context.Cause(ctx); e.Exit == exit.Interrupted && cause != nil {
		e.Exit = exit.Classify(cause).Exit
		e.Message = strings.ReplaceAll(e.Message, context.Canceled.Error(), cause.Error())
	}
	if a.limit > 0 {
		late := timeoutError{a.limit}
		e.Message = strings.ReplaceAll(e.Message, context.DeadlineExceeded.Error(), late.Error())
		if isLate := errors.Is(err, context.DeadlineExceeded); errors.Is(err, sandbox.ErrBusy) && (isLate || a.limit < lockTimeout) {
			e.Exit = exit.Network
			if !isLate {
				e.Message += ": " + late.Error()
			}
		}
	}
	e.Message = strings.ReplaceAll(e.Message, "\n", "; ") // of joined errors
	if e.Exit == exit.CredentialRevoked {
		e.Outcome = exit.OutcomeNone // even if the outcome of its request was unknown
	}
	if a.changed.Load() && e.Outcome == "" {
		e.Outcome = exit.OutcomeApplied
		if e.Exit == exit.Usage {
			e.Exit = exit.Failed // "wrong usage" promises that nothing was sent
		}
	}
	if e.Exit == exit.BrokenPipe {
		return int(exit.BrokenPipe)
	}
	if p := a.sessionProfile(); p.Name != "" && e.Exit == exit.NoCredential {
		for i, command := range e.Next {
			if command == "astra auth login" {
				e.Next[i] += " " + p.Name
				if p.Store == string(credential.File) {
					e.Next[i] += " --store file" // the keyring was not what was wanted
				}
			}
		}
	}
	if a.failed == "astra auth login" {
		for i, command := range e.Next {
			if command == a.failed { // again, and with another token
				e.Next[i] = lineWithFlag(withoutFlag(a.Args, "--token-file"), "")
			}
		}
	}
	if a.sandboxed && e.Exit == exit.NoCredential && e.Outcome != exit.OutcomePartial && errors.Is(err, devops.ErrUnauthorized) {
		e.Hint, e.Next = "this token was not issued by this sandbox, or is no longer valid there", []string{"astra sandbox status"}
		if a.session != nil && a.session.Source == administratorName {
			e.Hint, e.Next = "the sandbox's admin token was revoked or rotated. A profile that is logged in to the sandbox still works; \"astra sandbox reset\" makes a new one (data is lost)", []string{"astra sandbox status"}
		}
	}
	a.addUnchanged(e, err)
	a.adviseNetwork(e, err)
	a.adviseDirectory(e, err)
	if a.session != nil && e.Exit == exit.Network && e.Hint == "" && !a.sandboxed {
		e.Hint, e.Next = "endpoint: "+a.session.APIURL+" ("+a.endpointOrigin()+")", append(e.Next, "astra doctor")
	}
	if hint, command := a.OtherService(); hint != "" && (e.Exit == exit.NoCredential || e.Exit == exit.Network) {
		e.Hint, e.Next = strings.TrimPrefix(e.Hint+"; "+hint, "; "), append([]string{command}, e.Next...)
	} else if a.isSandboxTokenElsewhere(e) {
		e.Hint, e.Next = "this is a token of the sandbox on this machine: add --sandbox, or --api-url with the address at which it is served", []string{"astra sandbox status"}
	}
	for i, command := range e.Next {
		e.Next[i] = a.Command(command)
	}
	explanation := ""
	if e.Exit == exit.Forbidden {
		explanation = a.adviseExtension(e, advice)
	}
	a.overrideExitCode(e)
	if format := a.errorFormat(); format == output.JSON || format == output.YAML {
		e.Hint = strings.TrimPrefix(strings.TrimSuffix(e.Hint+"; "+explanation, "; "), "; ")
		a.reportJSON(e)
	} else {
		a.reportText(e, explanation)
	}
	return int(e.Exit)
}

// refusalTimeout limits the requests that explain a refusal.
const refusalTimeout = 3 * time.Second

// RefusalAdvice says which role of a token comes nearest to a permission that it lacks. It
// is empty if that is unknown.
type RefusalAdvice struct {
	Hint    string
	Command string // that extends the role, or an empty text
	Others  bool   // whether the token in use may not run Command
}

// adviseExtension adds the command that extends a role, and returns the explanation. A
// command for an administrator, whose credential is unknown here, is part of the text.
func (a *App) adviseExtension(e *exit.Error, advice RefusalAdvice) string {
	switch {
	case advice.Command == "":
	case !advice.Others:
		e.Next = append(e.Next, a.Command(advice.Command))
	case a.sandboxed: // where the administrator's token is the default
		e.Next = append(e.Next, a.CommandWithOtherToken(advice.Command))
		return advice.Hint + "; an administrator can extend it"
	default:
		org := a.session.Profile.Org.Name
		if org == "" {
			org = "the organization"
		}
		return advice.Hint + "; an administrator of " + org + " can extend it: " + a.CommandWithOtherToken(advice.Command)
	}
	return advice.Hint
}

// explainRefusal asks the hook ExplainRefusal about the session's own token. A command
// whose output is evaluated at every prompt does not wait for an explanation.
func (a *App) explainRefusal(err error) RefusalAdvice {
	refusal, ok := errors.AsType[*devops.Error](err)
	if !ok || !exit.Is(err, exit.Forbidden) || a.ExplainRefusal == nil || a.OnFailure != nil || a.session == nil || refusal.ClientID != a.session.ClientID {
		return RefusalAdvice{}
	}
	ctx, cancel := context.WithTimeout(a.context(), refusalTimeout)
	defer cancel()
	return a.ExplainRefusal(ctx, a.session, refusal)
}

// addUnchanged adds to an interruption that nothing was changed, where that is certain:
// at a prompt, which comes before all changes, and where no token was requested.
func (a *App) addUnchanged(e *exit.Error, err error) {
	generates := a.failed == "astra token generate" || a.failed == "astra token rotate"
	stopped := slices.Contains([]exit.Code{exit.Interrupted, exit.Terminated, exit.HungUp}, e.Exit)
	switch {
	case !stopped, e.Outcome != "" && e.Outcome != exit.OutcomeNone, a.changed.Load(), strings.Contains(e.Message, "nothing was"):
	case generates && e.Hint == "":
		e.Message += "; nothing was generated"
	case errors.Is(err, prompt.ErrInterrupted):
		e.Message += "; nothing was changed"
	}
}

// isSandboxTokenElsewhere reports whether a token of this machine's sandbox was rejected
// by the public service.
func (a *App) isSandboxTokenElsewhere(e *exit.Error) bool {
	return !a.sandboxed && a.session != nil && a.session.APIURL == devops.DefaultURL &&
		(e.Exit == exit.NoCredential || e.Exit == exit.Network) && a.IsSandboxToken(a.session.ClientID)
}

// endpointOrigin says where the address of the service comes from.
func (a *App) endpointOrigin() string {
	switch s := a.session; {
	case s.APIURL == devops.DefaultURL && s.Profile.Name == "":
		return "the default with " + s.Source + "; change it with --api-url"
	case s.APIURL == devops.DefaultURL:
		return "the default, from " + s.Source
	default:
		return "from " + s.Source
	}
}

// sessionProfile returns the profile of the session, if there is one.
func (a *App) sessionProfile() config.Profile {
	if a.session == nil {
		return config.Profile{}
	}
	return a.session.Profile
}

// errorFormat returns the format for errors, also where the command line was not parsed
// to its end.
func (a *App) errorFormat() output.Format {
	if a.Globals.Output != "" {
		return output.Format(a.Globals.Output)
	}
	for i, arg := range a.Args {
		switch {
		case arg == "--":
			return ""
		case (arg == "-o" || arg == "--output") && i+1 < len(a.Args):
			return output.Format(a.Args[i+1])
		case strings.HasPrefix(arg, "-o"), strings.HasPrefix(arg, "--output="):
			return output.Format(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(arg, "--output"), "-o"), "="))
		}
	}
	if a.settings == nil {
		return output.Format(a.Getenv("ASTRA_OUTPUT"))
	}
	return ""
}

func (a *App) reportText(e *exit.Error, explanation string) {
	word := "error: "
	if a.Color() {
		word = "\x1b[1;31merror:\x1b[0m "
	}
	message := output.Sanitize(e.Message)
	switch { // the answer of a question is a result
	case e.Name == declinedCode && strings.HasSuffix(e.Message, cancelledMessage):
		word, message = "", "Cancelled."
	case e.Exit == exit.CheckFailed:
		word, message = "", message+"."
	}
	say := func(line string) { fmt.Fprintln(a.Err, help.Wrap(line, a.Terminal.ErrWidth)) }
	say(word + message)
	for _, hint := range []string{e.Hint, explanation} {
		if hint != "" {
			say("  " + output.Sanitize(hint))
		}
	}
	if e.RequestID != "" {
		say("  request " + output.Sanitize(e.RequestID))
	}
	for _, command := range e.Next {
		fmt.Fprintln(a.Err, "  "+"run: "+output.Sanitize(command)) // whole, to be copied
	}
}

func (a *App) reportJSON(e *exit.Error) {
	type body struct {
		Code      string       `json:"code"`
		Message   string       `json:"message"`
		Exit      exit.Code    `json:"exit"`
		Status    *int         `json:"status"`
		Retryable bool         `json:"retryable"`
		Outcome   exit.Outcome `json:"outcome"`
		RequestID *string      `json:"requestId"`
		Hint      *string      `json:"hint"`
		NextSteps []string     `json:"nextSteps"`
		Sandbox   bool         `json:"sandbox,omitempty"`
	}
	b := body{
		Code:      e.Name,
		Message:   e.Message,
		Exit:      e.Exit,
		Retryable: isRetryable(e),
		Outcome:   e.Outcome,
		NextSteps: append([]string{}, e.Next...),
		Sandbox:   a.sandboxed,
	}
	if b.Code == "" {
		b.Code = e.Exit.Name()
	}
	if b.Outcome == "" {
		b.Outcome = exit.OutcomeNone
	}
	if e.Status != 0 {
		b.Status = &e.Status
	}
	if e.RequestID != "" {
		b.RequestID = &e.RequestID
	}
	if e.Hint != "" {
		b.Hint = &e.Hint
	}
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]body{"error": b}); err != nil {
		a.reportText(e, "")
		return
	}
	fmt.Fprint(a.Err, text.String())
}

// isRetryable reports whether it is safe to run the same command again.
func isRetryable(e *exit.Error) bool {
	switch e.Exit {
	case exit.Network, exit.RateLimited, exit.Server:
		if e.Status == http.StatusNotFound {
			return false // again, it is not there
		}
		return e.Outcome == "" || e.Outcome == exit.OutcomeNone
	case exit.CredentialRevoked:
		return true
	default:
		return false
	}
}

// RecoverPanic turns a panic into status 1 and one line, without a trace, which would
// show memory. It must be deferred.
func (a *App) RecoverPanic(status *int) {
	cause := recover()
	if cause == nil {
		return
	}
	words := fmt.Sprintf("%T", cause)
	if known, ok := cause.(runtime.Error); ok {
		words = known.Error()
	}
	a.reportText(&exit.Error{Exit: exit.Failed, Message: "this is a bug in astra " + a.Version + ": " + words, Hint: "please report it, with the command but without secrets"}, "")
	*status = int(exit.Failed)
}
