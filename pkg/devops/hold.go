package devops

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"
)

// Moment is the shortest wait that Retry-After can express. Longer ones apply
// to all calls of the operation.
const Moment = time.Second

// holds has the requested waits by operation, for callers that poll.
type holds struct {
	mu  sync.Mutex
	all map[string]hold
}

type hold struct {
	until    time.Time
	response response
}

// recordHold records the wait that a response asks for.
func (c *Client) recordHold(operation string, a response) {
	now := c.now()
	wait := retryAfter(a.header, now)
	if a.err != nil || now.IsZero() || wait <= Moment || a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return
	}
	c.holds.mu.Lock()
	defer c.holds.mu.Unlock()
	if c.holds.all == nil {
		c.holds.all = map[string]hold{}
	}
	c.holds.all[operation] = hold{now.Add(wait), a}
}

// awaitHold waits until calls of the operation are allowed. If that takes too
// long, it returns the recorded error.
func (c *Client) awaitHold(ctx context.Context, operation string, t *attemptState) error {
	c.holds.mu.Lock()
	held := c.holds.all[operation]
	c.holds.mu.Unlock()
	wait := held.until.Sub(c.now())
	if held.until.IsZero() || wait <= 0 {
		return nil
	}
	if skipsRateLimitRetry(ctx) || c.exceedsDeadline(ctx, wait) {
		return c.holdError(t, held, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		if context.Cause(ctx) == context.DeadlineExceeded { //nolint:errorlint // the wrapped error has its own message
			return c.holdError(t, held, wait)
		}
		return context.Cause(ctx)
	}
}

// holdError returns the error of a call that was not sent because the service
// asked to wait.
func (c *Client) holdError(t *attemptState, held hold, wait time.Duration) error {
	kind := ErrServer
	if held.response.status == http.StatusTooManyRequests {
		kind = ErrRateLimited
	}
	a := held.response
	a.sent, a.header = false, maps.Clone(a.header)
	a.header.Del("Retry-After")
	e := c.newError(&attemptState{call: t.call, response: a}, kind)
	e.RetryAfter = wait
	return e
}
