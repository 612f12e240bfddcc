package devops

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	tries   = 3
	maxWait = 30 * time.Second
)

// An answer is what came of one attempt.
type answer struct {
	status int
	header http.Header
	body   []byte // what arrived of it, also beside err
	err    error
	sent   bool // the service may have seen the request
}

// A trip is a call under way. The transport records in it, and the decision
// about the next attempt is made from it.
type trip struct {
	call     call
	attempts int
	answer   answer // of the last attempt
	lost     bool   // an attempt before it was sent and got no clear answer
}

func (t *trip) record(a answer) {
	t.attempts++
	t.lost = t.lost || t.answer.sent && (t.answer.err != nil || transient(t.answer.status))
	t.answer = a
}

// again decides whether there is a further attempt.
func (c *Client) again(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	t := tripOf(ctx)
	if t.answer.err == nil && t.answer.status == http.StatusTooManyRequests && impatient(ctx) {
		return false, nil
	}
	return ctx.Err() == nil && t.repeatable() && !c.futile(ctx, t), nil
}

// futile reports whether the time is up before the next attempt could begin:
// better the reason now than a timeout later.
func (c *Client) futile(ctx context.Context, t *trip) bool {
	now := c.now()
	deadline, limited := ctx.Deadline()
	wait := pause(t.attempts-1, t.answer.status, t.answer.header)
	return limited && !now.IsZero() && now.Add(wait).After(deadline)
}

func (t *trip) repeatable() bool {
	a := t.answer
	switch {
	case a.err != nil && !a.sent && isDial(a.err):
		return !isTimeout(a.err)
	case a.err == nil && a.status == http.StatusTooManyRequests:
		return true
	case t.call.class == once, t.call.class == single:
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
func backoff(_, _ time.Duration, n int, resp *http.Response) time.Duration {
	var status int
	var header http.Header
	if resp != nil {
		status, header = resp.StatusCode, resp.Header
	}
	wait := pause(n, status, header)
	return min(wait+rand.N(wait/4+1), maxWait) //nolint:gosec // no secret depends on it
}

// pause is the shortest wait before the next attempt. A status of 0 is a
// connection that failed: the waits are short, because an offline machine
// should hear of it within a second.
func pause(n, status int, header http.Header) time.Duration {
	if wait, ok := retryAfter(header); ok {
		return min(wait, maxWait)
	}
	switch status {
	case 0:
		return 200 * time.Millisecond << n
	case http.StatusTooManyRequests:
		return time.Second << n
	}
	return 500 * time.Millisecond << n
}

// retryAfter reads the wait that the service asks for. A date is measured
// against the service's own clock.
func retryAfter(header http.Header) (time.Duration, bool) {
	s := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(s, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(maxWait/time.Second))) * time.Second, true
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0, false
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return max(at.Sub(date), 0), true
}
