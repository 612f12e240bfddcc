package devops

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// DataService has the calls to the data host of a database, which is not the
// API's. Only Wake and Keyspaces send the client's token there. Their endpoint
// must be a result of DataEndpoint, so that no other host receives it.
type DataService service

// OpenSession opens a session with the REST API of a database, with client ID
// and secret of an application token or a user of a classic database. It
// returns the session token, for the header X-Cassandra-Token. endpoint is a
// result of DataEndpoint.
//
// It is repeated only if the request was not received, so that a wrong password
// is not tried three times.
//
//	POST {endpoint}/v1/auth
func (s *DataService) OpenSession(ctx context.Context, endpoint, username string, password secret.Text) (secret.Text, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%w: malformed URL", ErrURL)
	}
	type credentials struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	s.client.redact.Add(password)
	k := call{
		method: http.MethodPost, root: u.Scheme + "://" + u.Host, path: u.EscapedPath() + "/v1/auth",
		body: credentials{username, password.Reveal()}, redacted: map[string]string{"username": username},
		header: http.Header{"X-Cassandra-Request-Id": {newUUID()}}, retry: atMostOnceNoOutcome, anyToken: true,
	}
	a, err := s.client.do(ctx, k)
	if err != nil {
		return "", err
	}
	fields, err := uniqueFields(a.body)
	var text string
	if err != nil || json.Unmarshal(fields["authtoken"], &text) != nil || !isPrintable(text) || len(text) > 1024 {
		return "", s.client.invalidResponse(k, a, "the response has no session")
	}
	s.client.addSecrets(secret.Text(text))
	return secret.Text(text), nil
}

// Wake makes the service resume a hibernated database: any request to its data
// does, and is refused with 503. It returns ErrAwake if the database answers.
// It needs db-rest, which a hibernated database may not check.
//
//	GET {endpoint}/v2/schemas/keyspaces
func (s *DataService) Wake(ctx context.Context, endpoint string, d Database) error {
	k, err := s.keyspacesCall(endpoint, d)
	if err != nil {
		return err
	}
	k.retry = atMostOnceNoOutcome // 503 is the expected response
	_, err = s.client.do(ctx, k)
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusServiceUnavailable {
		return nil
	}
	if err == nil {
		return ErrAwake
	}
	return err
}

// ErrAwake reports that a database answered the request that would have resumed
// it.
var ErrAwake = errors.New("the database is awake")

// Keyspaces returns the keyspaces of a database that the token may use. The
// request shows whether the database can be reached with the token. It resumes
// a hibernated database. It needs db-rest.
//
//	GET {endpoint}/v2/schemas/keyspaces
func (s *DataService) Keyspaces(ctx context.Context, endpoint string, d Database) ([]string, error) {
	k, err := s.keyspacesCall(endpoint, d)
	if err != nil {
		return nil, err
	}
	return fetch[dataKeyspacesResponse](ctx, s.client, k)
}

type dataKeyspacesResponse struct {
	Data rows[dataKeyspaceResponse, string]
}

func (w dataKeyspacesResponse) value() ([]string, bool) {
	names, ok := w.Data.value()
	return names, ok && w.Data.present
}

type dataKeyspaceResponse struct{ Name string }

func (w dataKeyspaceResponse) value() (string, bool) { return w.Name, w.Name != "" }

// keyspacesCall is the request for the keyspaces of a database. A server on this
// machine serves all databases at one address and finds the database by the name
// of its data host in the public service.
func (s *DataService) keyspacesCall(endpoint string, d Database) (k call, err error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return k, fmt.Errorf("%w: malformed URL", ErrURL)
	}
	k = call{
		method: http.MethodGet, root: u.Scheme + "://" + u.Host, path: u.EscapedPath() + "/v2/schemas/keyspaces",
		header:     http.Header{"X-Cassandra-Token": {s.client.config.Token.Reveal()}},
		permission: "db-rest", retry: safe,
	}
	if isLoopback(u.Hostname()) {
		public, err := PublicEndpoint(d, d.Region)
		if err != nil {
			return k, err
		}
		k.host = strings.TrimSuffix(strings.TrimPrefix(public, "https://"), "/api/rest")
	}
	return k, nil
}

// newUUID returns a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// DataEndpoint returns the address of the REST API of a database in one of its
// regions, for a service with the given root. The public service has a separate
// domain for data; any other service must be the data host itself, which is
// assumed of a server on this machine. Everything else is ErrForeignHost, so that
// a password is sent to no other host.
func DataEndpoint(apiURL string, d Database, region string) (string, error) {
	api, err := url.Parse(apiURL)
	if err != nil {
		return "", fmt.Errorf("%w: malformed URL", ErrURL)
	}
	if domain, known := dataDomains()[api.Host]; known && api.Scheme == "https" {
		return hostedEndpoint(d, region, domain)
	}
	if isLoopback(api.Hostname()) {
		return apiURL + "/api/rest", nil
	}
	u, err := url.Parse(d.Endpoint)
	if err != nil || u.Scheme != api.Scheme || u.Host != api.Host || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%w: no known data host of %s at %s", ErrForeignHost, d.ID, api.Host)
	}
	if region != d.Region {
		return "", fmt.Errorf("%w: unknown address in %s, only %s is known", ErrForeignHost, region, d.Region)
	}
	return strings.TrimRight(d.Endpoint, "/"), nil
}

// PublicEndpoint returns the address of the REST API of a database in the
// public service. The sandbox serves these host names in-process.
func PublicEndpoint(d Database, region string) (string, error) {
	return hostedEndpoint(d, region, "apps.astra.datastax.com")
}

func dataDomains() map[string]string {
	return map[string]string{
		"api.astra.datastax.com":      "apps.astra.datastax.com",
		"api.dev.cloud.datastax.com":  "apps.astra-dev.datastax.com",
		"api.test.cloud.datastax.com": "apps.astra-test.datastax.com",
	}
}

// hostedEndpoint builds a host name from an ID and a region, and refuses any
// that would change the domain.
func hostedEndpoint(d Database, region, domain string) (string, error) {
	label := d.ID + "-" + region
	if d.ID == "" || !slices.Contains(d.Regions, region) || !isLabel(label) {
		return "", fmt.Errorf("%w: %q in %q is not a valid host name", ErrForeignHost, d.ID, region)
	}
	return "https://" + label + "." + domain + "/api/rest", nil
}

// isLabel reports whether s is a valid label of a host name.
func isLabel(s string) bool {
	return len(s) <= 63 && strings.Trim(s, "-") == s && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}
