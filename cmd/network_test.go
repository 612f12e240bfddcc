//go:build linux

package cmd_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority is a certificate for a host, and a file that makes it trusted.
func authority(t *testing.T, until time.Duration, hosts ...string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme Inspection"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(until),
		DNSNames: hosts, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(t, err)
	file := filepath.Join(t.TempDir(), "ca.pem")
	check(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// overTLS serves an organization with a certificate, and returns its port.
func overTLS(t *testing.T, cert tls.Certificate) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"id":"11111111-2222-4333-8444-555555555555"}`)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	check(t, err)
	return port
}

// proxyWith is a proxy that answers with a status, or with 0 connects to a port of
// this machine, whatever it is asked for.
func proxyWith(t *testing.T, status int, port string, headers ...string) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		there, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return
		}
		here, early, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, early); there.Close() }()
		go func() { _, _ = io.Copy(here, there); here.Close() }()
	}))
	t.Cleanup(proxy.Close)
	return strings.TrimPrefix(proxy.URL, "http://")
}

// TestTheNetworkSaysWhatHelps looks at what errors and doctor say when the service
// is not reached: which end refused, and the variable that helps. No password of a
// proxy is shown.
func TestTheNetworkSaysWhatHelps(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	path, err := program()
	check(t, err)
	good, trusted := authority(t, time.Hour, "localhost")
	old, oldTrusted := authority(t, -time.Hour, "localhost")
	inspecting, _ := authority(t, time.Hour, "api.example.com")
	port := overTLS(t, good)
	proxied := func(address string) string { return "HTTPS_PROXY=http://ada:" + password + "@" + address }
	const closed = "127.0.0.1:1" // below the ports that the system hands out, so no other test listens there
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	const service = "https://api.example.com"
	for name, test := range map[string]struct {
		url  string
		env  []string
		want []string
	}{
		"an unknown authority":     {"https://localhost:" + port, nil, []string{"the certificate of localhost is from an unknown authority: it is self-signed", "SSL_CERT_FILE", "SSL_CERT_DIR"}},
		"another authority":        {"https://localhost:" + port, []string{"SSL_CERT_FILE=" + oldTrusted}, []string{"unknown authority", "SSL_CERT_FILE is " + oldTrusted}},
		"a file that is not there": {"https://localhost:" + port, []string{"SSL_CERT_FILE=/nonexistent/ca.pem"}, []string{"unknown authority", "SSL_CERT_FILE is /nonexistent/ca.pem, which cannot be read"}},
		"an expired certificate":   {"https://localhost:" + overTLS(t, old), []string{"SSL_CERT_FILE=" + oldTrusted}, []string{"the certificate of localhost is valid from", "check this machine's clock"}},
		"no TLS":                   {strings.Replace(plain.URL, "http://127.0.0.1", "https://localhost", 1), nil, []string{"localhost does not speak TLS", "--api-url"}},
		"a proxy that inspects":    {service, []string{proxied(proxyWith(t, 0, overTLS(t, inspecting)))}, []string{"the certificate of api.example.com is from an unknown authority", "SSL_CERT_FILE"}},
		"a proxy in its place":     {service, []string{proxied(proxyWith(t, 0, port)), "SSL_CERT_FILE=" + trusted}, []string{"the certificate of api.example.com is for another host", "valid for localhost", "NO_PROXY=api.example.com"}},
		"a proxy that refuses":     {service, []string{proxied(proxyWith(t, 403, ""))}, []string{"refused the connection to api.example.com: 403 Forbidden", "HTTPS_PROXY", "NO_PROXY=api.example.com"}},
		"a proxy that cannot":      {service, []string{proxied(proxyWith(t, 502, ""))}, []string{"cannot reach api.example.com: 502 Bad Gateway", "HTTPS_PROXY"}},
		"a proxy with a login":     {service, []string{"HTTPS_PROXY=http://" + proxyWith(t, 407, "", "Proxy-Authenticate", `Basic realm="Acme Gate"`)}, []string{`requires a user name and a password for "Acme Gate"`, "HTTPS_PROXY: http://USER:PASSWORD@127.0.0.1:"}},
		"a wrong login":            {service, []string{proxied(proxyWith(t, 407, "", "Proxy-Authenticate", `Basic realm="Acme Gate"`))}, []string{"rejected the user name and the password", "HTTPS_PROXY"}},
		"another kind of login":    {service, []string{proxied(proxyWith(t, 407, "", "Proxy-Authenticate", "Negotiate", "Proxy-Authenticate", "NTLM"))}, []string{"with Negotiate or NTLM, which astra does not support"}},
		"no proxy there":           {service, []string{proxied(closed)}, []string{"cannot reach the proxy " + closed, "connection refused", "HTTPS_PROXY selects this proxy", "NO_PROXY=api.example.com"}},
		"a proxy by TLS":           {service, []string{"HTTPS_PROXY=https://ada:" + password + "@localhost:" + port}, []string{"the certificate of the proxy localhost:" + port + " is from an unknown authority", "SSL_CERT_FILE"}},
		"a proxy without TLS":      {service, []string{"HTTPS_PROXY=https://ada:" + password + "@" + plain.Listener.Addr().String()}, []string{"the proxy " + plain.Listener.Addr().String(), "HTTPS_PROXY"}},
		"small letters":            {service, []string{"https_proxy=http://ada:" + password + "@" + closed}, []string{"cannot reach", "https_proxy selects this proxy"}},
		"no address of a proxy":    {service, []string{proxied("[bad")}, []string{"invalid address of the proxy", "HTTPS_PROXY"}},
		"a number in the password": {service, []string{"HTTPS_PROXY=http://ada:12#" + password + "@" + closed}, []string{"invalid address of the proxy", "HTTPS_PROXY like http://USER:PASSWORD@HOST:PORT"}},
		"past the proxy":           {"https://0.0.0.0:1", []string{proxied(closed), "NO_PROXY=0.0.0.0"}, []string{"connection refused", "NO_PROXY excludes 0.0.0.0 from the proxy of HTTPS_PROXY"}},
		"without a proxy":          {"https://0.0.0.0:1", nil, []string{"connection refused", "if a proxy is required, set HTTPS_PROXY"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			run := func(want int, args ...string) string {
				c := exec.Command(path, append([]string{"--api-url", test.url, "--timeout", "30s"}, args...)...)
				c.Args[0] = "astra"
				c.Env = append([]string{"HOME=" + home, "ASTRA_TOKEN=AstraCS:" + strings.Repeat("a", 24) + ":" + strings.Repeat("0", 64)}, test.env...)
				var all bytes.Buffer
				c.Stdout, c.Stderr = &all, &all
				if c.Run(); c.ProcessState.ExitCode() != want {
					t.Errorf("%v: status %d, want %d", args, c.ProcessState.ExitCode(), want)
				}
				if strings.Contains(all.String(), password) {
					t.Errorf("%v shows the password", args)
				}
				return all.String()
			}
			for _, said := range []string{run(12, "org", "get"), run(10, "doctor"), run(12, "auth", "login", "x", "--store", "env")} {
				for _, want := range test.want {
					if !strings.Contains(strings.Join(strings.Fields(said), " "), want) {
						t.Errorf("%q is missing in\n%s", want, said)
					}
				}
			}
		})
	}
}

// TestAWaitThatIsTooLongIsTold answers with a wait for which there is no time.
func TestAWaitThatIsTooLongIsTold(t *testing.T) {
	t.Parallel()
	path, err := program()
	check(t, err)
	requests := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests <- r.URL.Path
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(server.Close)
	c := exec.Command(path, "--api-url", server.URL, "--timeout", "20s", "role", "list")
	c.Args[0] = "astra"
	c.Env = []string{"HOME=" + t.TempDir(), "ASTRA_TOKEN=AstraCS:" + strings.Repeat("a", 24) + ":" + strings.Repeat("0", 64)}
	var words bytes.Buffer
	c.Stderr = &words
	begin := time.Now()
	_ = c.Run()
	if status := c.ProcessState.ExitCode(); status != 13 || len(requests) != 1 || time.Since(begin) > 15*time.Second ||
		!strings.Contains(words.String(), "the service asks to wait 1h0m0s\n") || !strings.Contains(words.String(), "--timeout") {
		t.Errorf("status %d after %d requests\n%s", status, len(requests), words.String())
	}
}
