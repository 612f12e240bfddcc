package devops

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoCallIsSentSoonerThanTheServiceAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScriptedClient(t, status(429, `"slow down"`, "Retry-After", "120"), status(204, ""), status(200, `{"clients":[]}`))
		short, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		begin := time.Now()
		for range 3 { // like a caller that polls
			err := list(short, c)
			refusal, ok := errors.AsType[*Error](err)
			if !ok || !errors.Is(err, ErrRateLimited) || refusal.RetryAfter < 100*time.Second || !strings.Contains(err.Error(), "slow down: the service asks to wait") {
				t.Errorf("got %v", err)
			}
			time.Sleep(5 * time.Second)
		}
		if len(s.seen) != 1 {
			t.Errorf("sent %q", s.seen)
		}
		if err := remove(t.Context(), c); err != nil { // another operation
			t.Error(err)
		}
		if err := list(WithoutRateLimitRetry(t.Context()), c); !errors.Is(err, ErrRateLimited) || len(s.seen) != 2 {
			t.Errorf("an impatient call: %v after %q", err, s.seen)
		}
		if err := list(t.Context(), c); err != nil || time.Since(begin) < 2*time.Minute || len(s.seen) != 3 {
			t.Errorf("%v after %s, sent %q", err, time.Since(begin), s.seen)
		}
	})
}

func TestAnInterruptEndsTheWaitForTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScriptedClient(t, status(503, "", "Retry-After", "7200"))
		_ = list(t.Context(), c)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
		defer cancel()
		interrupted := errors.New("interrupted")
		ctx, interrupt := context.WithCancelCause(ctx)
		time.AfterFunc(time.Minute, func() { interrupt(interrupted) })
		begin := time.Now()
		if err := list(ctx, c); !errors.Is(err, interrupted) || time.Since(begin) != time.Minute || len(s.seen) != 1 {
			t.Errorf("%v after %s, sent %q", err, time.Since(begin), s.seen)
		}
	})
}
