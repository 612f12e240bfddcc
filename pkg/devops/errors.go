package devops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// The kinds of errors. Each error of a call is one of them or a context's
// error; test with errors.Is.
var (
	ErrURL             = errors.New("not the URL of an API")
	ErrUnauthorized    = errors.New("the token is not accepted")
	ErrForbidden       = errors.New("a permission is missing")
	ErrNotFound        = errors.New("not found")
	ErrConflict        = errors.New("conflict with the current state")
	ErrInvalid         = errors.New("the request is not accepted")
	ErrRateLimited     = errors.New("too many requests")
	ErrServer          = errors.New("the service has a fault")
	ErrNetwork         = errors.New("the service cannot be reached")
	ErrInvalidResponse = errors.New("the answer cannot be used")
	ErrForeignHost     = errors.New("the address leads away from the service")
	ErrOutcomeUnknown  = errors.New("the outcome is unknown") // sent, must not be repeated, not clearly answered
)

// An Error is what became of a call that did not succeed.
type Error struct {
	Method, Path string
	Status       int    // 0 without an answer
	Code         int    // the service's own number, or 0
	Message      string // often the service's own text, unchanged: sanitize it before a terminal sees it
	RequestID    string
	Permission   string        // the action that the call needs
	Sent         bool          // the service may have seen it
	Lost         bool          // an attempt before the last was sent and not clearly answered
	Changes      bool          // the call is one that changes something
	Trouble      Trouble       // what kept it from reaching the service, where that is known
	Host, Proxy  string        // of the service, and of the proxy to it, if there is one
	RetryAfter   time.Duration // the wait that the service asks for; 0 if it asks for none
	kind         error
	cause        error
}

// Error returns the call, the status and the message.
func (e *Error) Error() string {
	parts := []string{e.Method + " " + e.Path}
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	if e.Message != "" {
		parts = append(parts, e.Message)
	}
	if e.RetryAfter > Moment {
		parts = append(parts, "the service asks to wait "+e.RetryAfter.Round(time.Second).String())
	}
	if errors.Is(e.kind, ErrOutcomeUnknown) {
		parts = append(parts, "the outcome is unknown")
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the kind of the error and, where there is one, a
// PartialCredential.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// MaybeApplied reports whether a call failed in such a way that the service may have
// made the change that it is about.
func MaybeApplied(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return errors.Is(err, ErrOutcomeUnknown) || ok && e.Changes && (e.Lost || e.Sent && !isFinal(e.Status))
}

// codeNoSuchToken is the service's number for a token that was revoked, or that it
// never issued.
const codeNoSuchToken = 340018

// NoSuchToken reports whether the service said clearly that the token which was
// used does not exist. Other refusals are no proof of that: they may come from a
// gateway, or be about a permission.
func NoSuchToken(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code == codeNoSuchToken || failpoint.Disabled("clear-rejection")) && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// A PartialCredential names the one client id in an answer that cannot be used. It
// may be that of the token which the service made, or of any other token.
type PartialCredential struct{ ClientID string }

// Error names the token.
func (p *PartialCredential) Error() string {
	return "the unusable answer names the client ID " + p.ClientID
}

// verdict is the error that follows from the last answer of a trip.
func (c *Client) verdict(ctx context.Context, t *attemptState) error {
	k, a := t.call, t.answer
	switch {
	case a.err != nil && k.class == once && a.sent:
		return c.newError(t, ErrOutcomeUnknown)
	case errors.Is(ctx.Err(), context.Canceled) && (a.err != nil || t.repeatable()):
		return c.newError(t, context.Canceled)
	case errors.Is(a.err, errLarge):
		return c.newError(t, ErrInvalidResponse)
	case a.err != nil:
		return c.newError(t, ErrNetwork)
	case a.status >= 200 && a.status < 300 && (!isHTML(a.header, a.body) || failpoint.Disabled("sign-in-page")):
		return nil
	case a.status == http.StatusNotFound && k.method == http.MethodDelete && t.lost && !k.literal:
		return nil // the attempt whose answer was lost did it
	}
	return c.newError(t, kindOf(k, a))
}

// kindOf is the kind of error that an answer means.
func kindOf(k call, a response) error {
	if k.class == once && !isFinal(a.status) {
		return ErrOutcomeUnknown
	}
	_, code := message(a.header, a.body)
	switch a.status {
	case http.StatusUnauthorized:
		// Without the permission, parts of the API say 401 and "null".
		if text := strings.TrimSpace(string(a.body)); (text == "" || text == "null") && !k.anyToken {
			return ErrForbidden
		}
		return ErrUnauthorized
	case http.StatusForbidden:
		if code == 340012 || code == 340017 || code == codeNoSuchToken { // all of them: no such token
			return ErrUnauthorized
		}
		return ErrForbidden
	case http.StatusNotFound, http.StatusGone:
		return ErrNotFound
	case http.StatusConflict:
		return ErrConflict
	case http.StatusTooManyRequests:
		return ErrRateLimited
	case http.StatusRequestTimeout:
		return ErrServer
	}
	switch {
	case a.status >= 500:
		return ErrServer
	case a.status >= 400:
		return ErrInvalid
	}
	return ErrInvalidResponse
}

// isFinal reports whether a status says for certain that nothing was done.
func isFinal(status int) bool {
	switch status {
	case 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 431:
		return true
	}
	return false
}

func (c *Client) newError(t *attemptState, kind error) *Error {
	a := t.answer
	e := &Error{
		Method: t.call.method, Path: t.call.target(), Status: a.status, Message: c.messageText(a),
		RequestID: c.clean(requestID(a.header)), Permission: t.call.permission,
		Sent: t.lost || a.sent, Lost: t.lost, Changes: t.call.class != read, kind: kind,
	}
	e.Host, e.Proxy = a.host, a.proxy
	if a.err != nil && !a.sent && !a.ended {
		e.Trouble, _ = c.trouble(a)
	}
	if a.err == nil {
		_, e.Code = message(a.header, a.body)
	}
	e.RetryAfter = retryAfter(a.header, c.now())
	return e
}

// unusable is the error of an answer that says that it was done, but not what.
func (c *Client) unusable(k call, a response, why string) error {
	e := c.newError(&attemptState{call: k, answer: a}, ErrInvalidResponse)
	if k.class == once {
		e.kind = ErrOutcomeUnknown
	}
	e.Message, e.Code = why, 0
	return e
}

func requestID(header http.Header) string {
	for _, name := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid", "Cf-Ray"} {
		if id := header.Get(name); printable(id) && len(id) <= 128 {
			return id
		}
	}
	return ""
}
