package devops

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// DataService has the one call to the data host of a database. That host is not
// the API's, and the client's own token is never sent to it.
type DataService service

// OpenSession opens a session with the REST API of a database: for the client id
// and the secret of an application token, or a user of a classic database. The
// answer is the session's token, for the header X-Cassandra-Token. Endpoint is
// what DataEndpoint returned.
//
// It is sent again only if it was not seen: a password is not tried thrice.
//
//	POST {endpoint}/v1/auth
func (s *DataService) OpenSession(ctx context.Context, endpoint, username string, password secret.Text) (secret.Text, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%w: it cannot be read", ErrURL)
	}
	type credentials struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	s.client.redact.Add(password)
	k := call{
		method: http.MethodPost, root: u.Scheme + "://" + u.Host, path: u.EscapedPath() + "/v1/auth",
		body: credentials{username, password.Reveal()}, shown: map[string]string{"username": username},
		header: http.Header{"X-Cassandra-Request-Id": {newUUID()}}, class: single, anyToken: true,
	}
	a, err := s.client.do(ctx, k)
	if err != nil {
		return "", err
	}
	fields, err := uniqueFields(a.body)
	var text string
	if err != nil || json.Unmarshal(fields["authtoken"], &text) != nil || !printable(text) || len(text) > 1024 {
		return "", s.client.unusable(k, a, "the answer has no session in it")
	}
	s.client.addSecrets(secret.Text(text))
	return secret.Text(text), nil
}

// newUUID returns a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// DataEndpoint returns the address of the REST API of a database in one of its
// regions, as a service with this root has it. The public service has a domain
// for its data; another service must be the data host itself, as a server on
// this machine is taken to be. Everything else is ErrElsewhere: a password goes
// to nobody else.
func DataEndpoint(apiURL string, d Database, region string) (string, error) {
	api, err := url.Parse(apiURL)
	if err != nil {
		return "", fmt.Errorf("%w: it cannot be read", ErrURL)
	}
	if domain, known := dataDomains()[api.Host]; known && api.Scheme == "https" {
		return hostedEndpoint(d, region, domain)
	}
	if loopback(api.Hostname()) {
		return apiURL + "/api/rest", nil
	}
	u, err := url.Parse(d.Endpoint)
	if err != nil || u.Scheme != api.Scheme || u.Host != api.Host || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%w: the data of %s is not at %s", ErrForeignHost, d.ID, api.Host)
	}
	if region != d.Region {
		return "", fmt.Errorf("%w: the address in %s is not known, only that in %s", ErrForeignHost, region, d.Region)
	}
	return strings.TrimRight(d.Endpoint, "/"), nil
}

// PublicEndpoint is the address of the REST API of a database at the public
// service, whose names the sandbox answers to in-process.
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

// hostedEndpoint makes the name of a host out of an id and a region, which must
// not lead to another one.
func hostedEndpoint(d Database, region, domain string) (string, error) {
	label := d.ID + "-" + region
	if d.ID == "" || !slices.Contains(d.Regions, region) || !isLabel(label) {
		return "", fmt.Errorf("%w: %q in %q is no name of a host", ErrForeignHost, d.ID, region)
	}
	return "https://" + label + "." + domain + "/api/rest", nil
}

// isLabel reports whether s may be one part of the name of a host.
func isLabel(s string) bool {
	return len(s) <= 63 && strings.Trim(s, "-") == s && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}
