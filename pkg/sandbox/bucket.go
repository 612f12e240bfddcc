package sandbox

import (
	"sync"
	"time"
)

// burst is how many requests a bucket takes at once. It is small on purpose: a
// client that answers a 429 by stopping everything does badly with it, as it
// would at a real service.
const burst = 10

// tokenBucket limits a rate: it holds tokens, loses one to each request and gains
// them at the rate.
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
