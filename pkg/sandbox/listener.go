package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// ServeOptions makes a listener behave like a distant, busy or broken service.
// The zero value changes nothing.
type ServeOptions struct {
	Latency   time.Duration
	RateLimit float64          // requests per second, after a burst of 10; zero is no limit
	Faults    []Fault          // the first that matches a request applies
	Now       func() time.Time // required with RateLimit
	Behavior  Behavior         // only LateCommit and QuoteCaller; the Server has the others
	// Clock returns the sandbox's time. It is required with LateCommit.
	Clock func() (time.Time, error)
}

// Listener returns a handler that applies the options to requests and passes
// them to h. It panics if a required clock is missing. Its handlers return when
// the client disconnects.
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

// activeFault is a fault with a count of matched requests.
type activeFault struct {
	Fault
	struck atomic.Int64
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limited := l.bucket != nil && !l.bucket.take()
	if !bufferBody(r) || !wait(r.Context(), l.latency) {
		return
	}
	if limited {
		a := errorResponse(http.StatusTooManyRequests, "too many requests")
		a.header.Set("Retry-After", "1")
		l.refuse(a, w, r)
		return
	}
	for _, f := range l.faults {
		if f.matches(r) && (f.Times == 0 || f.struck.Add(1) <= int64(f.Times)) {
			l.inject(f.Fault, w, r)
			return
		}
	}
	l.handler.ServeHTTP(w, r)
}

// refuse sends an error of the listener itself.
func (l *listener) refuse(a response, w http.ResponseWriter, r *http.Request) {
	if l.quotes {
		a.quote(r)
	}
	a.send(w, len(a.body))
}

// bufferBody reads the body ahead: a server detects a disconnected client only
// after the whole body was read. It leaves bodies that are too large to the
// handler.
func bufferBody(r *http.Request) bool {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	return err == nil
}

// wait sleeps and reports whether the client is still connected.
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
