package bulk

import (
	"net"
	"net/http"
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

// unreachable returns a client of a service that no connection reaches.
func unreachable(t *testing.T) *devops.Client {
	t.Helper()
	c, err := devops.New(devops.Config{Token: secret.Text("AstraCS:" + strings.Repeat("a", 24) + ":" + strings.Repeat("0", 64)), Transport: nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
