package devops

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"
)

// Moment is the wait that a service asks for which says nothing but "not now": the
// shortest one that the header can say. A longer one holds for all calls of the
// operation.
const Moment = time.Second

// holds remember for how long the service wants no call of an operation, for
// callers that call again and again, as one that waits for a database does.
type holds struct {
	mu  sync.Mutex
	all map[string]hold
}

type hold struct {
	until  time.Time
	answer response
}

// note remembers what an answer asks for.
func (c *Client) note(operation string, a response) {
	now := c.now()
	wait := retryAfter(a.header, now)
	if a.err != nil || now.IsZero() || wait <= Moment || a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return
	}
	c.held.mu.Lock()
	defer c.held.mu.Unlock()
	if c.held.all == nil {
		c.held.all = map[string]hold{}
	}
	c.held.all[operation] = hold{now.Add(wait), a}
}

// heed waits until the service wants a call of the operation. Where that is too
// long, it returns the refusal that said so.
func (c *Client) heed(ctx context.Context, operation string, t *attemptState) error {
	c.held.mu.Lock()
	held := c.held.all[operation]
	c.held.mu.Unlock()
	wait := held.until.Sub(c.now())
	if held.until.IsZero() || wait <= 0 {
		return nil
	}
	if impatient(ctx) || c.tooLong(ctx, wait) {
		return c.refused(t, held, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		if context.Cause(ctx) == context.DeadlineExceeded { //nolint:errorlint // what wraps it has words of its own
			return c.refused(t, held, wait)
		}
		return context.Cause(ctx)
	}
}

// refused is the error of a call that is not sent, as the service asked for that.
func (c *Client) refused(t *attemptState, held hold, wait time.Duration) error {
	kind := ErrServer
	if held.answer.status == http.StatusTooManyRequests {
		kind = ErrRateLimited
	}
	a := held.answer
	a.sent, a.header = false, maps.Clone(a.header)
	a.header.Del("Retry-After")
	e := c.newError(&attemptState{call: t.call, answer: a}, kind)
	e.RetryAfter = wait
	return e
}
