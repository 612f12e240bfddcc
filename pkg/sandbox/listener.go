package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// ServeOptions make a listener behave like a service that is far away, busy or
// broken. The zero value does nothing.
type ServeOptions struct {
	Latency   time.Duration
	RateLimit float64          // requests a second, after a burst of 10; zero is no limit
	Faults    []Fault          // the first that matches a request strikes it
	Now       func() time.Time // required with RateLimit
	Behavior  Behavior         // LateCommit and QuoteCaller; the rest is the Server's
	// Clock is the sandbox's own clock, which is required with LateCommit.
	Clock func() (time.Time, error)
}

// Listener returns a handler that does to requests what the options say and
// leaves the rest to h. It panics if a clock is missing. Its handlers end when
// the client leaves.
func Listener(h http.Handler, o ServeOptions) http.Handler {
	l := &listener{handler: h, latency: o.Latency}
	if o.RateLimit > 0 {
		if o.Now == nil {
			panic("sandbox: a rate limit needs a clock")
		}
		l.bucket = newBucket(o.RateLimit, o.Now)
	}
	if o.Behavior.LateCommit > 0 {
		if o.Clock == nil {
			panic("sandbox: a late commit needs a clock")
		}
		l.handler = lateCommit{l.handler, o.Behavior.LateCommit, o.Clock}
	}
	if o.Behavior.QuoteCaller {
		l.quotes, l.handler = true, quoteCaller{l.handler}
	}
	for _, f := range o.Faults {
		l.faults = append(l.faults, &activeFault{Fault: f})
	}
	return l
}

type listener struct {
	handler http.Handler
	latency time.Duration
	bucket  *tokenBucket
	faults  []*activeFault
	quotes  bool // errors quote the caller
}

// activeFault is a fault that counts its strikes.
type activeFault struct {
	Fault
	struck atomic.Int64
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limited := l.bucket != nil && !l.bucket.take()
	if !buffer(r) || !wait(r.Context(), l.latency) {
		return
	}
	if limited {
		a := failure(http.StatusTooManyRequests, "too many requests")
		a.header.Set("Retry-After", "1")
		l.refuse(a, w, r)
		return
	}
	for _, f := range l.faults {
		if f.strikes(r) && (f.Times == 0 || f.struck.Add(1) <= int64(f.Times)) {
			l.inject(f.Fault, w, r)
			return
		}
	}
	l.handler.ServeHTTP(w, r)
}

// refuse sends an error that is not the handler's.
func (l *listener) refuse(a answer, w http.ResponseWriter, r *http.Request) {
	if l.quotes {
		a.quote(r)
	}
	a.send(w, len(a.body))
}

// buffer reads the body ahead: only when all of it was read does the server
// notice that a client leaves. One that is too large stays for the handler to
// refuse.
func buffer(r *http.Request) bool {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	return err == nil
}

// wait reports whether the client is still there afterwards.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
