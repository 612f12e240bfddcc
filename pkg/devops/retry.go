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
	// maxWait limits waits for the service without a deadline.
	maxWait = 10 * time.Minute
)

// response is the result of one attempt.
type response struct {
	status   int
	header   http.Header
	body     []byte // the received part of the body, also with err
	err      error
	sent     bool // the service may have received the request
	canceled bool // the caller's context ended; err is its cause

	host, proxy string // of the service, and of its proxy, if any
}

// attemptState is the state of a call. The transport records attempts in it,
// and shouldRetry decides from it.
type attemptState struct {
	call     call
	attempts int
	proxy    string   // of the current attempt
	response response // of the last attempt
	lost     bool     // an earlier attempt was sent and its response lost
}

func (t *attemptState) record(a response) {
	t.attempts++
	t.lost = t.lost || t.response.sent && (t.response.err != nil || isTransient(t.response.status))
	t.response = a
}

// shouldRetry decides whether to make another attempt.
func (c *Client) shouldRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	t := attemptStateOf(ctx)
	if t.response.err == nil && t.response.status == http.StatusTooManyRequests && skipsRateLimitRetry(ctx) {
		return false, nil
	}
	return ctx.Err() == nil && t.isRetryable() && !c.willNotRecover(ctx, t), nil
}

// willNotRecover reports whether the deadline is before the next attempt: its
// reason is more useful now than a timeout later.
func (c *Client) willNotRecover(ctx context.Context, t *attemptState) bool {
	wait := c.pause(t.attempts-1, t.response.status, t.response.header)
	return c.exceedsDeadline(ctx, wait+spread(wait))
}

// exceedsDeadline reports whether a wait is too long.
func (c *Client) exceedsDeadline(ctx context.Context, wait time.Duration) bool {
	deadline, limited := ctx.Deadline()
	if !limited {
		return wait > maxWait+spread(maxWait)
	}
	now := c.now()
	return !now.IsZero() && now.Add(wait).After(deadline)
}

func (t *attemptState) isRetryable() bool {
	a := t.response
	switch {
	case a.err != nil && !a.sent && isDial(a.err):
		return !isTimeout(a.err)
	case a.err == nil && a.status == http.StatusTooManyRequests:
		return true
	case t.call.retry == atMostOnce && !failpoint.Disabled("sent-once"), t.call.retry == atMostOnceNoOutcome:
		return false
	case a.err != nil:
		return isBroken(a.err)
	}
	return isTransient(a.status)
}

// isTransient reports whether a status is temporary.
func isTransient(status int) bool {
	switch status {
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= http.StatusInternalServerError || status == http.StatusRequestTimeout
}

// isDial reports whether err means that no connection was opened.
func isDial(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op == "dial" || op.Op == "proxyconnect" && isDial(op.Err)
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// isBroken reports whether err means that a connection was lost.
func isBroken(err error) bool {
	if isTimeout(err) {
		return false // do not repeat a long wait three times
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op == "read" || op.Op == "write" // the system's error number differs
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
	return ok && t.Timeout() || errors.Is(err, errAttemptTimeout)
}

// backoff returns the wait before the next attempt; n starts at 0. Jitter
// spreads the attempts of many clients.
func (c *Client) backoff(_, _ time.Duration, n int, resp *http.Response) time.Duration {
	var status int
	var header http.Header
	if resp != nil {
		status, header = resp.StatusCode, resp.Header
	}
	wait := c.pause(n, status, header)
	return wait + rand.N(spread(wait)+1) //nolint:gosec // not used for secrets
}

// spread returns the maximum jitter of a wait.
func spread(wait time.Duration) time.Duration { return min(wait/4, time.Second) }

// pause returns the minimum wait before the next attempt, at least what the
// service asks for. Status 0 is a failed connection: its waits are short, so
// that an offline machine reports it within a second.
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

// maxRetryAfter is longer than any sensible value.
const maxRetryAfter = 365 * 24 * time.Hour

// retryAfter returns the wait that the service asks for, 0 if none. A date is
// compared with the service's clock, or else with ours.
func retryAfter(header http.Header, now time.Time) time.Duration {
	var longest time.Duration
	for _, s := range header.Values("Retry-After") {
		longest = max(longest, parseRetryAfter(strings.TrimSpace(s), header.Get("Date"), now))
	}
	return min(longest, maxRetryAfter)
}

func parseRetryAfter(s, date string, now time.Time) time.Duration {
	if strings.Trim(s, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(s, 64) // infinite for too large numbers
		switch {
		case err != nil && !errors.Is(err, strconv.ErrRange):
			return 0
		case seconds > maxRetryAfter.Seconds():
			return maxRetryAfter
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
