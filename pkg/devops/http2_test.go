package devops

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// newTLSClient returns a client of a server with TLS on this machine, and the number of
// connections that were opened to it.
func newTLSClient(t *testing.T, http2 bool, handler http.HandlerFunc) (*Client, *atomic.Int32) {
	t.Helper()
	cert := certificate(t, -time.Hour, time.Hour)
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = discardLogger()
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, conn)
	}
	var conns atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newClient(t, Config{URL: server.URL})
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	mine := c.http.HTTPClient.Transport.(*transport)
	for _, h := range []http.RoundTripper{mine.shared, mine.fresh} {
		h.(*http.Transport).TLSClientConfig.RootCAs = roots
	}
	return c, &conns
}

type connKey struct{}

// TestSimultaneousReads makes reads at the same time: over one connection where the
// service speaks HTTP/2, else over one for each. A creation has a connection of its own.
func TestSimultaneousReads(t *testing.T) {
	const reads = 6
	for _, http2 := range []bool{true, false} {
		t.Run(fmt.Sprint(http2), func(t *testing.T) {
			var together sync.WaitGroup
			together.Add(reads)
			c, conns := newTLSClient(t, http2, func(w http.ResponseWriter, req *http.Request) {
				if req.Method == http.MethodPost {
					if req.ProtoMajor != 1 {
						t.Errorf("a creation over %s", req.Proto)
					}
					return
				}
				if isNew := req.ProtoMajor == 2; isNew != http2 {
					t.Errorf("a read over %s", req.Proto)
				}
				together.Done()
				together.Wait() // until all have arrived
				_, _ = io.WriteString(w, `{"clients":[]}`)
			})
			var all sync.WaitGroup
			for range reads {
				all.Go(func() {
					if err := list(t.Context(), c); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			want := int32(reads)
			if http2 {
				want = 1
			}
			if n := conns.Load(); n != want {
				t.Errorf("%d connections, want %d", n, want)
			}
			_ = create(t.Context(), c)
			if n := conns.Load(); n != want+1 {
				t.Errorf("%d connections after a creation, want %d", n, want+1)
			}
		})
	}
}

// TestHTTP2Breaks loses a stream, a connection and a part of a response: a read is
// repeated, and the message is that of any lost connection.
func TestHTTP2Breaks(t *testing.T) {
	for name, lose := range map[string]func(http.ResponseWriter, *http.Request){
		"stream":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"connection": func(_ http.ResponseWriter, req *http.Request) { _ = req.Context().Value(connKey{}).(net.Conn).Close() },
		"body": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"clients":[`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, times := range []int32{1, tries} {
				var n atomic.Int32
				c, _ := newTLSClient(t, true, func(w http.ResponseWriter, req *http.Request) {
					if n.Add(1) <= times {
						lose(w, req)
						return
					}
					_, _ = io.WriteString(w, `{"clients":[]}`)
				})
				err := list(t.Context(), c)
				switch {
				case times == 1 && (err != nil || n.Load() != 2):
					t.Errorf("lost once: %v after %d requests", err, n.Load())
				case times == tries && (!errors.Is(err, ErrNetwork) || n.Load() != tries || !strings.Contains(err.Error(), "connection lost before the response arrived")):
					t.Errorf("lost: %v after %d requests", err, n.Load())
				}
			}
		})
	}
}

// TestFirstConnectionFails makes reads at the same time where no connection can be
// opened: each fails, and none waits for another one.
func TestFirstConnectionFails(t *testing.T) {
	c := newClient(t, Config{URL: "https://" + closedAddress})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := list(t.Context(), c); !errors.Is(err, ErrNetwork) {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
}
