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
	"sync/atomic"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// maxBody is the size of an answer, unpacked, beyond which it is not believed.
const maxBody = 24 << 20

var (
	errSlow  = errors.New("the answer did not come in time")
	errLarge = errors.New("the answer is larger than 24 MiB")
)

// A transport makes one attempt of a call: it limits its time, reads its
// answer whole, so that a broken answer is seen as a broken attempt, and keeps
// both in the call's trip.
type transport struct {
	shared, fresh http.RoundTripper
	client        *Client
}

func (c *Client) newTransport() *transport {
	t := &transport{shared: c.config.Transport, client: c}
	if t.shared == nil {
		t.shared = ownTransport(c.config.Proxy, c.redact)
	}
	t.fresh = t.shared
	if h, ok := t.shared.(*http.Transport); ok {
		h = h.Clone()
		h.DisableKeepAlives = true // on a used connection, a lost request and a lost answer look the same
		t.fresh = h
	}
	return t
}

func ownTransport(proxy func(*http.Request) (*url.URL, error), redact *secret.Redactor) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true) // HTTP/2 sends requests again by itself
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  withSizeLimit(proxy, redact),
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		OnProxyConnectResponse: onProxyAnswer,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              &protocols,
	}
}

// withSizeLimit keeps the password of the proxy out of messages, and a token in
// clear text away from the proxy: http is for this machine.
func withSizeLimit(proxy func(*http.Request) (*url.URL, error), redact *secret.Redactor) func(*http.Request) (*url.URL, error) {
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
			if t := tripOf(req.Context()); t != nil {
				t.proxy = host
			}
			if password, ok := u.User.Password(); ok {
				redact.Add(secret.Text(password))
			}
		}
		return u, nil
	}
}

// RoundTrip makes one attempt. The response that it returns has no body.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	trip := tripOf(req.Context())
	begin := t.client.now()
	failpoint.Panic(trip.call.method, req.Header)
	failpoint.Here(trip.call.method + " " + trip.call.path + ": before")
	trip.proxy = ""
	resp, a := t.attempt(req, trip.call.class)
	a.host, a.proxy = req.URL.Hostname(), trip.proxy
	a.ended = a.err != nil && errors.Is(req.Context().Err(), context.Canceled)
	failpoint.Here(trip.call.method + " " + trip.call.path + ": after")
	trip.record(a)
	if trace := t.client.config.Trace; trace != nil {
		x := Exchange{
			Method: trip.call.method, Path: trip.call.target(), Status: a.status, Attempt: trip.attempts,
			Changes: trip.call.class != read, Duration: t.client.now().Sub(begin),
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

func (t *transport) attempt(req *http.Request, c class) (*http.Response, response) {
	var asked, got atomic.Bool
	ctx, cancel := context.WithTimeoutCause(req.Context(), t.client.config.AttemptTimeout, errSlow)
	defer cancel()
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { got.Store(true) },
	})
	base := t.shared
	if c == once {
		base = t.fresh
	}
	resp, err := base.RoundTrip(req.WithContext(traced))
	if err != nil {
		_, tells := base.(*http.Transport) // others may not report their connections
		sent := got.Load() || !asked.Load() && !tells && !isDial(err)
		return nil, response{err: withAttemptTimeout(ctx, err), sent: sent}
	}
	defer resp.Body.Close()
	a := response{status: resp.StatusCode, header: resp.Header.Clone(), sent: true}
	if a.body, err = readBody(resp); len(a.body) > maxBody {
		a.body, err = nil, errLarge
	}
	if err != nil && a.status < http.StatusMultipleChoices { // of a refusal, the status is enough
		a.err = withAttemptTimeout(ctx, err)
	}
	return resp, a
}

// readBody reads an answer into no more room than it needs: a buffer that grows by
// itself is up to twice as large.
func readBody(resp *http.Response) ([]byte, error) {
	body := io.LimitReader(resp.Body, maxBody+1)
	if size := resp.ContentLength; size > 0 && size <= maxBody {
		b := bytes.NewBuffer(make([]byte, 0, int(size)+bytes.MinRead))
		_, err := b.ReadFrom(body)
		return b.Bytes(), err
	}
	return io.ReadAll(body)
}

// withAttemptTimeout replaces the error of an attempt that took too long; how a transport
// words that differs.
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
