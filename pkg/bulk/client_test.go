package bulk

import (
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

// hole accepts requests and never responds.
type hole struct{}

func (hole) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// unreachable returns a client without a connection to its service.
func unreachable(t *testing.T) *devops.Client { t.Helper(); return client(t, nobody{}) }

// silent returns a client of a service that never responds.
func silent(t *testing.T) *devops.Client { t.Helper(); return client(t, hole{}) }

func client(t *testing.T, transport http.RoundTripper) *devops.Client {
	t.Helper()
	c, err := devops.New(devops.Config{Token: secret.Text("AstraCS:" + strings.Repeat("a", 24) + ":" + strings.Repeat("0", 64)), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
