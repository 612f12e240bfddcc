package devops

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
)

const (
	tries = 3
	// longestWait is what is waited for the service without a time limit.
	longestWait = 10 * time.Minute
)

// An response is what came of one attempt.
type response struct {
	status int
	header http.Header
	body   []byte // what arrived of it, also beside err
	err    error
	sent   bool // the service may have seen the request
	ended  bool // the caller's context ended it, and err says why

	host, proxy string // of the service, and of the proxy to it, if there is one
}

// A attemptState is a call under way. The transport records in it, and the decision
// about the next attempt is made from it.
type attemptState struct {
	call     call
	attempts int
	proxy    string   // of the attempt under way
	answer   response // of the last attempt
	lost     bool     // an attempt before it was sent and got no clear answer
}

func (t *attemptState) record(a response) {
	t.attempts++
	t.lost = t.lost || t.answer.sent && (t.answer.err != nil || transient(t.answer.status))
	t.answer = a
}

// shouldRetry decides whether there is a further attempt.
func (c *Client) shouldRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	t := tripOf(ctx)
	if t.answer.err == nil && t.answer.status == http.StatusTooManyRequests && impatient(ctx) {
		return false, nil
	}
	return ctx.Err() == nil && t.repeatable() && !c.willNotRecover(ctx, t), nil
}

// willNotRecover reports whether the time is up before the next attempt could begin:
// better the reason now than a timeout later.
func (c *Client) willNotRecover(ctx context.Context, t *attemptState) bool {
	wait := c.pause(t.attempts-1, t.answer.status, t.answer.header)
	return c.tooLong(ctx, wait+spread(wait))
}

// tooLong reports whether a wait would not end in time.
func (c *Client) tooLong(ctx context.Context, wait time.Duration) bool {
	deadline, limited := ctx.Deadline()
	if !limited {
		return wait > longestWait+spread(longestWait)
	}
	now := c.now()
	return !now.IsZero() && now.Add(wait).After(deadline)
}

func (t *attemptState) repeatable() bool {
	a := t.answer
	switch {
	case a.err != nil && !a.sent && isDial(a.err):
		return !isTimeout(a.err)
	case a.err == nil && a.status == http.StatusTooManyRequests:
		return true
	case t.call.class == once && !failpoint.Disabled("sent-once"), t.call.class == single:
		return false
	case a.err != nil:
		return isBroken(a.err)
	}
	return transient(a.status)
}

// transient reports whether a status is that of a service which may recover.
func transient(status int) bool {
	switch status {
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= http.StatusInternalServerError || status == http.StatusRequestTimeout
}

// isDial reports whether err means that no connection came about.
func isDial(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op == "dial" || op.Op == "proxyconnect" && isDial(op.Err)
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// isBroken reports whether err means that a connection broke.
func isBroken(err error) bool {
	if isTimeout(err) {
		return false // whoever waited that long does not want to wait thrice
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op == "read" || op.Op == "write" // the system's own number for it differs
	}
	for _, broken := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout() || errors.Is(err, errSlow)
}

// backoff is the wait before the next attempt; n counts from 0. A part of it
// is left to chance, so that many clients do not come back together.
func (c *Client) backoff(_, _ time.Duration, n int, resp *http.Response) time.Duration {
	var status int
	var header http.Header
	if resp != nil {
		status, header = resp.StatusCode, resp.Header
	}
	wait := c.pause(n, status, header)
	return wait + rand.N(spread(wait)+1) //nolint:gosec // no secret depends on it
}

// spread is the most that is added to a wait.
func spread(wait time.Duration) time.Duration { return min(wait/4, time.Second) }

// pause is the shortest wait before the next attempt: never shorter than the
// service asks for. A status of 0 is a connection that failed: the waits are short,
// because an offline machine should hear of it within a second.
func (c *Client) pause(n, status int, header http.Header) time.Duration {
	own := 500 * time.Millisecond << n
	switch status {
	case 0:
		own = 200 * time.Millisecond << n
	case http.StatusTooManyRequests:
		own = time.Second << n
	}
	return max(own, retryAfter(header, c.now()))
}

// longestAsked is more than any service means.
const longestAsked = 365 * 24 * time.Hour

// retryAfter reads the wait that the service asks for, 0 if it asks for none. A
// date is measured against the service's own clock, else against ours.
func retryAfter(header http.Header, now time.Time) time.Duration {
	var longest time.Duration
	for _, s := range header.Values("Retry-After") {
		longest = max(longest, oneRetryAfter(strings.TrimSpace(s), header.Get("Date"), now))
	}
	return min(longest, longestAsked)
}

func oneRetryAfter(s, date string, now time.Time) time.Duration {
	if strings.Trim(s, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(s, 64) // infinite for a number that is too large
		switch {
		case err != nil && !errors.Is(err, strconv.ErrRange):
			return 0
		case seconds > longestAsked.Seconds():
			return longestAsked
		}
		return time.Duration(seconds * float64(time.Second))
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(date); err == nil {
		now = theirs
	}
	if now.IsZero() {
		return 0
	}
	return at.Sub(now)
}
