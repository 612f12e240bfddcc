package devops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// The kinds of errors. Each error of a call wraps one of them or a context's
// error; test with errors.Is.
var (
	ErrURL             = errors.New("invalid API URL")
	ErrUnauthorized    = errors.New("the token was rejected")
	ErrForbidden       = errors.New("missing permission")
	ErrNotFound        = errors.New("not found")
	ErrConflict        = errors.New("conflict with the current state")
	ErrInvalid         = errors.New("invalid request")
	ErrRateLimited     = errors.New("too many requests")
	ErrServer          = errors.New("service error")
	ErrNetwork         = errors.New("the service cannot be reached")
	ErrInvalidResponse = errors.New("invalid response")
	ErrForeignHost     = errors.New("the address belongs to another service")
	ErrOutcomeUnknown  = errors.New("the outcome is unknown") // sent, must not be repeated, not clearly answered
)

// Error is the error of a call.
type Error struct {
	Method, Path string
	Status       int    // 0 without a response
	Code         int    // the service's error number, or 0
	Message      string // often the service's text, unchanged: sanitize it before printing
	RequestID    string
	Permission   string        // the action that the call needs
	ClientID     string        // of the token of the call
	Sent         bool          // the service may have received the request
	Lost         bool          // an earlier attempt was sent and its response lost
	Changes      bool          // the call changes something
	Trouble      Trouble       // why the service was not reached, where known
	Host, Proxy  string        // of the service, and of its proxy, if any
	RetryAfter   time.Duration // the wait that the service asks for; 0 is none
	unrouted     bool          // as of isUnrouted
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

// NoSuchPath reports whether the service does not route the path of the request:
// its version of the API has no such endpoint.
func NoSuchPath(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.unrouted
}

// Unwrap returns the kind of the error and any PartialCredential.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// MaybeApplied reports whether the service may have applied the change of a
// failed call.
func MaybeApplied(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return errors.Is(err, ErrOutcomeUnknown) || ok && e.Changes && (e.Lost || e.Sent && !isFinal(e.Status))
}

// codeNoSuchToken is the service's code for a token that was revoked or never
// issued.
const codeNoSuchToken = 340018

// NoSuchToken reports whether the service confirmed that the token of the
// request does not exist. Other rejections do not prove it: they may come from
// a gateway or concern a permission.
func NoSuchToken(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code == codeNoSuchToken || failpoint.Disabled("clear-rejection")) && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// PartialCredential has the only client ID in an invalid response to the
// creation of a token. It may be that of the new token or of another one.
type PartialCredential struct{ ClientID string }

// Error includes the client ID.
func (p *PartialCredential) Error() string {
	return "the invalid response has the client ID " + p.ClientID
}

// checkOutcome returns the error that follows from the last response.
func (c *Client) checkOutcome(ctx context.Context, t *attemptState) error {
	k, a := t.call, t.response
	switch {
	case a.err != nil && k.retry == atMostOnce && a.sent:
		return c.newError(t, ErrOutcomeUnknown)
	case errors.Is(ctx.Err(), context.Canceled) && (a.err != nil || t.isRetryable()):
		return c.newError(t, context.Canceled)
	case errors.Is(a.err, errTooLarge):
		return c.newError(t, ErrInvalidResponse)
	case a.err != nil:
		return c.newError(t, ErrNetwork)
	case a.status >= 200 && a.status < 300 && (!isHTML(a.header, a.body) || failpoint.Disabled("sign-in-page")):
		return nil
	case a.status == http.StatusNotFound && k.method == http.MethodDelete && t.lost && !k.literal && !isForeign(a):
		return nil // the attempt with the lost response succeeded
	}
	return c.newError(t, kindOf(k, a))
}

// kindOf returns the kind of error of a response.
func kindOf(k call, a response) error {
	if k.retry == atMostOnce && !isFinal(a.status) {
		return ErrOutcomeUnknown
	}
	if isForeign(a) {
		switch a.status {
		case http.StatusUnauthorized, http.StatusForbidden:
			return ErrNetwork
		case http.StatusNotFound, http.StatusGone:
			return ErrInvalidResponse
		}
	}
	_, code := message(a.header, a.body)
	switch a.status {
	case http.StatusUnauthorized:
		// Parts of the API respond with 401 and "null" for a missing
		// permission. A response to HEAD has no body in any case.
		if text := strings.TrimSpace(string(a.body)); (text == "" || text == "null") && !k.anyToken && k.method != http.MethodHead {
			return ErrForbidden
		}
		return ErrUnauthorized
	case http.StatusForbidden:
		switch code {
		case 340002, 340012, 340016, 340017, codeNoSuchToken: // all concern the token
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

// isForeign reports whether a refusal says nothing about what was asked: it is
// a web page of something in front of the API, or the gateway's response to a
// path that it does not route.
func isForeign(a response) bool { return isHTML(a.header, a.body) || isUnrouted(a) }

// isUnrouted reports whether the service has no such path. The gateway says so
// in plain text, before it looks at the token; what the API does not have is
// described in other words.
func isUnrouted(a response) bool {
	return a.status == http.StatusNotFound && string(bytes.TrimSpace(a.body)) == "404 page not found"
}

// isFinal reports whether a status proves that nothing was changed.
func isFinal(status int) bool {
	switch status {
	case 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 431:
		return true
	}
	return false
}

func (c *Client) newError(t *attemptState, kind error) *Error {
	a := t.response
	e := &Error{
		Method: t.call.method, Path: t.call.target(), Status: a.status, Message: c.messageText(a),
		RequestID: c.redactText(requestID(a.header)), Permission: t.call.permission, ClientID: c.clientID,
		Sent: t.lost || a.sent, Lost: t.lost, Changes: t.call.retry != safe, kind: kind,
	}
	e.Host, e.Proxy = a.host, a.proxy
	if a.err != nil && !a.sent && !a.canceled {
		e.Trouble, _ = c.trouble(a)
	}
	if a.err == nil {
		e.unrouted = isUnrouted(a)
		_, e.Code = message(a.header, a.body)
	}
	e.RetryAfter = retryAfter(a.header, c.now())
	return e
}

// invalidResponse returns the error for a successful response without the
// expected content.
func (c *Client) invalidResponse(k call, a response, why string) error {
	e := c.newError(&attemptState{call: k, response: a}, ErrInvalidResponse)
	if k.retry == atMostOnce {
		e.kind = ErrOutcomeUnknown
	}
	e.Message, e.Code = why, 0
	return e
}

func requestID(header http.Header) string {
	for _, name := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid", "Cf-Ray", "X-Amz-Cf-Id"} {
		if id := header.Get(name); isPrintable(id) && len(id) <= 128 {
			return id
		}
	}
	return ""
}
