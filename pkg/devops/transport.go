package devops

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// maxBody is the maximum size of a response after decompression.
const maxBody = 24 << 20

var (
	errAttemptTimeout = errors.New("no response in time")
	errTooLarge       = errors.New("the response is larger than 24 MiB")
)

// transport makes one attempt of a call. It limits the time and reads the whole
// response, so that a truncated one counts as a failed attempt, and records
// both in the attemptState.
type transport struct {
	shared, fresh http.RoundTripper
	client        *Client

	first atomic.Bool   // a request opens the first connection, or has
	open  chan struct{} // closed once it is open, or cannot be opened
}

func (c *Client) newTransport() *transport {
	t := &transport{shared: c.config.Transport, client: c, open: make(chan struct{})}
	fresh, ok := t.shared.(*http.Transport)
	switch {
	case ok:
		fresh = fresh.Clone()
	case t.shared != nil:
		t.fresh = t.shared
		return t
	default:
		t.shared = newHTTPTransport(c.config.Proxy, c.redact, true)
		fresh = newHTTPTransport(c.config.Proxy, c.redact, false) // HTTP/2 repeats requests on its own
	}
	fresh.DisableKeepAlives = true // on a reused connection, a lost request cannot be distinguished from a lost response
	t.fresh = fresh
	return t
}

// awaitFirst lets one request open a connection, which others at the same time may share:
// with HTTP/2 they need no connections of their own. It returns a function to call when
// the connection is open, or the request has failed.
func (t *transport) awaitFirst(req *http.Request) (opened func()) {
	switch {
	case req.URL.Scheme != "https":
	case t.first.CompareAndSwap(false, true):
		return sync.OnceFunc(func() { close(t.open) })
	default:
		select {
		case <-t.open:
		case <-req.Context().Done():
		}
	}
	return func() {}
}

func newHTTPTransport(proxy func(*http.Request) (*url.URL, error), redact *secret.Redactor, http2 bool) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(http2)
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  restrictProxy(proxy, redact),
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		OnProxyConnectResponse: onProxyConnect,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              &protocols,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second}, // detects a dead connection before the next request uses it
	}
}

// restrictProxy wraps a proxy function: URLs with http, which are for this
// machine, use no proxy, and messages do not contain the proxy's password.
func restrictProxy(proxy func(*http.Request) (*url.URL, error), redact *secret.Redactor) func(*http.Request) (*url.URL, error) {
	if proxy == nil {
		return nil
	}
	return func(req *http.Request) (*url.URL, error) {
		if req.URL.Scheme != "https" {
			return nil, nil
		}
		u, err := proxy(req)
		if err != nil {
			return nil, errProxyAddress
		}
		if u != nil {
			host, err := ProxyHost(u)
			if err != nil {
				return nil, err
			}
			if t := attemptStateOf(req.Context()); t != nil {
				t.proxy = host
			}
			if password, ok := u.User.Password(); ok {
				redact.Add(secret.Text(password))
			}
		}
		return u, nil
	}
}

// RoundTrip makes one attempt. The returned response has no body.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	attempt := attemptStateOf(req.Context())
	start := t.client.now()
	failpoint.Panic(attempt.call.method, req.Header)
	failpoint.Here(attempt.call.method + " " + attempt.call.path + ": before")
	attempt.proxy = ""
	resp, a := t.attempt(req, attempt.call.retry)
	a.host, a.proxy = req.URL.Hostname(), attempt.proxy
	a.canceled = a.err != nil && errors.Is(req.Context().Err(), context.Canceled)
	failpoint.Here(attempt.call.method + " " + attempt.call.path + ": after")
	attempt.record(a)
	if trace := t.client.config.Trace; trace != nil {
		x := Exchange{
			Method: attempt.call.method, Path: attempt.call.target(), Status: a.status, Attempt: attempt.attempts,
			Changes: attempt.call.retry != safe, Duration: t.client.now().Sub(start),
		}
		if a.err != nil || isHTML(a.header, a.body) {
			x.Err = errors.New(t.client.messageText(a))
		}
		trace(x)
	}
	if a.err != nil {
		return nil, a.err
	}
	resp.Header.Del("Location") // net/http fails on a malformed one and quotes it
	resp.Body = http.NoBody
	return resp, nil
}

func (t *transport) attempt(req *http.Request, c retryPolicy) (*http.Response, response) {
	var asked, got, multiplexed atomic.Bool
	ctx, cancel := context.WithTimeoutCause(req.Context(), t.client.config.AttemptTimeout, errAttemptTimeout)
	defer cancel()
	base, opened := t.shared, func() {}
	if c == atMostOnce {
		base = t.fresh
	} else {
		opened = t.awaitFirst(req.WithContext(ctx))
		defer opened()
	}
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(info httptrace.GotConnInfo) {
			secured, ok := info.Conn.(*tls.Conn)
			multiplexed.Store(ok && secured.ConnectionState().NegotiatedProtocol == "h2")
			got.Store(true)
			opened()
		},
	})
	resp, err := base.RoundTrip(req.WithContext(traced))
	if multiplexed.Load() {
		err = hideHTTP2Error(ctx, err)
	}
	if err != nil {
		_, tells := base.(*http.Transport) // other transports may not report their connections
		sent := got.Load() || !asked.Load() && !tells && !isDial(err)
		return nil, response{err: withAttemptTimeout(ctx, err), sent: sent}
	}
	defer resp.Body.Close()
	a := response{status: resp.StatusCode, header: resp.Header.Clone(), sent: true}
	a.body, err = readBody(resp)
	if multiplexed.Load() {
		err = hideHTTP2Error(ctx, err)
	}
	if len(a.body) > maxBody {
		a.body, err = nil, errTooLarge
	}
	if err != nil && a.status < http.StatusMultipleChoices { // the status is enough for an error response
		a.err = withAttemptTimeout(ctx, err)
	}
	return resp, a
}

// readBody reads a response into a buffer of its exact size: a growing one is
// up to twice as large.
func readBody(resp *http.Response) ([]byte, error) {
	body := io.LimitReader(resp.Body, maxBody+1)
	if size := resp.ContentLength; size > 0 && size <= maxBody {
		b := bytes.NewBuffer(make([]byte, 0, int(size)+bytes.MinRead))
		_, err := b.ReadFrom(body)
		return b.Bytes(), err
	}
	return io.ReadAll(body)
}

// hideHTTP2Error replaces an error of HTTP/2 about its connection or stream, whose text may
// have data of the service and whose type is not exported: both are lost connections.
func hideHTTP2Error(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

// withAttemptTimeout replaces the error of an attempt that timed out, whose
// message depends on the transport.
func withAttemptTimeout(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (c *Client) now() time.Time {
	if c.config.Now == nil {
		return time.Time{}
	}
	return c.config.Now()
}
