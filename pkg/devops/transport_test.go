package devops

import (
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// resetConnection resets the connection.
func resetConnection(t *testing.T, w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func TestARealReset(t *testing.T) {
	var n atomic.Int32
	c := newServerClient(t, func(w http.ResponseWriter, req *http.Request) {
		if n.Add(1) == 1 || req.Method == http.MethodPost {
			resetConnection(t, w)
			return
		}
		_, _ = io.WriteString(w, `{"clients":[]}`)
	})
	if err := list(t.Context(), c); err != nil || n.Load() != 2 {
		t.Errorf("a read: %v after %d requests", err, n.Load())
	}
	n.Store(0)
	err := create(t.Context(), c)
	if e, ok := errors.AsType[*Error](err); !errors.Is(err, ErrOutcomeUnknown) || !ok || !e.Sent || n.Load() != 1 {
		t.Errorf("a creation: %v after %d requests", err, n.Load())
	}
}

func TestACreationHasItsOwnConnection(t *testing.T) {
	var conns atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodPost && !req.Close {
			t.Error("the connection would be used again")
		}
		_, _ = io.WriteString(w, `{"clients":[]}`)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := newClient(t, Config{URL: server.URL})
	for range 3 {
		if err := list(t.Context(), c); err != nil {
			t.Error(err)
		}
	}
	if conns.Load() != 1 {
		t.Errorf("three reads took %d connections", conns.Load())
	}
	_ = create(t.Context(), c)
	if conns.Load() != 2 {
		t.Error("the creation went over a used connection")
	}
}

// closedAddress refuses connections. The system hands out no port that low, so no
// other test listens there.
const closedAddress = "127.0.0.1:1"

func TestNobodyThere(t *testing.T) {
	c := newClient(t, Config{URL: "http://" + closedAddress})
	begin := time.Now()
	err := create(t.Context(), c)
	if e, ok := errors.AsType[*Error](err); !errors.Is(err, ErrNetwork) || !ok || e.Sent || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %s to see that", took)
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		t.Errorf("%s came through, with %q", req.Method, req.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		var n atomic.Int32
		c := newServerClient(t, func(w http.ResponseWriter, _ *http.Request) {
			n.Add(1)
			w.Header().Set("Location", elsewhere.URL+"/?x=1")
			w.WriteHeader(code)
		})
		if err := list(t.Context(), c); !errors.Is(err, ErrInvalidResponse) || !strings.Contains(err.Error(), "redirected to") {
			t.Errorf("%d on a read: %v", code, err)
		}
		if err := create(t.Context(), c); !errors.Is(err, ErrOutcomeUnknown) || n.Load() != 2 {
			t.Errorf("%d on a creation: %v after %d requests", code, err, n.Load())
		}
	}
}

func TestAnAnswerIsLimited(t *testing.T) {
	packed := func(w io.Writer) (io.Writer, func() error) {
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		return z, z.Close
	}
	for name, writer := range map[string]func(io.Writer) (io.Writer, func() error){
		"plain":  func(w io.Writer) (io.Writer, func() error) { return w, func() error { return nil } },
		"packed": packed,
	} {
		t.Run(name, func(t *testing.T) {
			var n atomic.Int32
			c := newServerClient(t, func(w http.ResponseWriter, _ *http.Request) {
				n.Add(1)
				if name == "packed" {
					w.Header().Set("Content-Encoding", "gzip")
				}
				body, end := writer(w)
				for chunk := make([]byte, 1<<20); ; {
					if _, err := body.Write(chunk); err != nil {
						break
					}
				}
				_ = end()
			})
			if err := list(t.Context(), c); !errors.Is(err, ErrInvalidResponse) || !strings.Contains(err.Error(), "larger than 24 MiB") {
				t.Errorf("a read: %v", err)
			}
			if err := create(t.Context(), c); !errors.Is(err, ErrOutcomeUnknown) || n.Load() != 2 {
				t.Errorf("a creation: %v after %d requests", err, n.Load())
			}
		})
	}
}

func TestAPackedAnswerIsUnpacked(t *testing.T) {
	c := newServerClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, `{"id":"o"}`)
		_ = z.Close()
	})
	if id, err := c.Orgs.Current(t.Context()); err != nil || id != "o" {
		t.Error(id, err)
	}
}

func TestWhatIsNotHTTPIsNotQuoted(t *testing.T) {
	for _, bytes := range []string{"S3CRET garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nS3CRET\r\n\r\n", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("S3CRET", 1<<17) + "\r\n\r\n"} {
		c := newServerClient(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(conn, bytes)
			_ = conn.Close()
		})
		err := create(t.Context(), c)
		if !errors.Is(err, ErrOutcomeUnknown) || strings.Contains(err.Error(), "S3CRET") {
			t.Errorf("got %v", err)
		}
	}
}

func TestTLSProblemsSayWhat(t *testing.T) {
	for name, test := range map[string]struct {
		from, until time.Duration
		trusted     bool
		want        string
	}{
		"expired":       {-48 * time.Hour, -24 * time.Hour, true, "check this machine's clock"},
		"not yet valid": {24 * time.Hour, 48 * time.Hour, true, "check this machine's clock"},
		"self-signed":   {-time.Hour, time.Hour, false, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			cert := certificate(t, test.from, test.until)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it came through") }))
			server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
			server.Config.ErrorLog = discardLogger()
			server.StartTLS()
			defer server.Close()
			var attempts int
			config := Config{URL: server.URL, Trace: func(Exchange) { attempts++ }}
			if test.trusted {
				roots := x509.NewCertPool()
				roots.AddCert(cert.Leaf)
				config.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
			}
			err := create(t.Context(), newClient(t, config))
			if e, ok := errors.AsType[*Error](err); !errors.Is(err, ErrNetwork) || !ok || e.Sent || attempts != 1 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v after %d attempts", err, attempts)
			}
		})
	}
}

func certificate(t *testing.T, from, until time.Duration) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func TestAProxyKeepsItsPasswordAndNeverSeesTheToken(t *testing.T) {
	var seen atomic.Pointer[http.Request]
	var answer atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		seen.Store(req)
		w.WriteHeader(int(answer.Load()))
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("ada", "hunter2hunter2")
	c := newClient(t, Config{URL: "https://api.example.com", Proxy: http.ProxyURL(address)})
	for _, code := range []int32{407, 302, 502} {
		answer.Store(code)
		err := create(t.Context(), c)
		if e, ok := errors.AsType[*Error](err); !errors.Is(err, ErrNetwork) || !ok || e.Sent {
			t.Errorf("%d: %v", code, err)
		}
		if req := seen.Load(); req == nil || req.Method != http.MethodConnect || req.Header.Get("Authorization") != "" {
			t.Errorf("%d: the proxy saw %+v", code, req)
		}
	}
	gone := url.URL{Scheme: "http", Host: closedAddress, User: address.User}
	c = newClient(t, Config{URL: "https://api.example.com", Proxy: http.ProxyURL(&gone)})
	if err := create(t.Context(), c); !errors.Is(err, ErrNetwork) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	bad := "http://ada:hunter2hunter2@[bad"
	c = newClient(t, Config{URL: "https://api.example.com", Proxy: func(*http.Request) (*url.URL, error) {
		return url.Parse(bad)
	}})
	if err := create(t.Context(), c); !errors.Is(err, ErrNetwork) || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "proxy") {
		t.Errorf("got %v", err)
	}
}

func TestThisMachineIsReachedWithoutAProxy(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":"o"}`) }))
	defer server.Close()
	c := newClient(t, Config{URL: server.URL, Proxy: func(*http.Request) (*url.URL, error) {
		return url.Parse("http://127.0.0.1:1")
	}})
	if _, err := c.Orgs.Current(t.Context()); err != nil {
		t.Error(err)
	}
}
