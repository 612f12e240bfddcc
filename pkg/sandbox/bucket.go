package sandbox

import (
	"sync"
	"time"
)

// burst is the capacity of a bucket in requests. It is small so that clients
// that handle a 429 badly fail in tests.
const burst = 10

// tokenBucket limits the rate of requests: each takes a token, and tokens are
// added at the rate up to the capacity.
type tokenBucket struct {
	rate float64
	now  func() time.Time

	mu     sync.Mutex
	tokens float64
	last   time.Time
}

func newBucket(rate float64, now func() time.Time) *tokenBucket {
	return &tokenBucket{rate: rate, now: now, tokens: burst, last: now()}
}

func (b *tokenBucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.tokens = min(burst, b.tokens+b.rate*max(0, now.Sub(b.last)).Seconds())
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
