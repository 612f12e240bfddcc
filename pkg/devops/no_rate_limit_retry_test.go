package devops

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAnImpatientCallDoesNotWait(t *testing.T) {
	for after, want := range map[string]time.Duration{"7": 7 * time.Second, "3600": time.Hour, "": 0, "soon": 0} {
		synctest.Test(t, func(t *testing.T) {
			c, s := newScriptedClient(t, status(429, `"slow down"`, "Retry-After", after))
			begin := time.Now()
			err := invite(WithoutRateLimitRetry(t.Context()), c)
			refusal, ok := errors.AsType[*Error](err)
			if !ok || !errors.Is(err, ErrRateLimited) || refusal.RetryAfter != want || refusal.Message != "slow down" {
				t.Errorf("Retry-After %q: %+v, want %s", after, err, want)
			}
			if len(s.seen) != 1 || time.Since(begin) != 0 {
				t.Errorf("%d requests in %s", len(s.seen), time.Since(begin))
			}
		})
	}
}

func TestAnImpatientCallIsSentAgainIfNobodyWasThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScriptedClient(t, failWith(refused), status(200, ""))
		if err := invite(WithoutRateLimitRetry(t.Context()), c); err != nil || len(s.seen) != 2 {
			t.Errorf("%d requests: %v", len(s.seen), err)
		}
	})
}
