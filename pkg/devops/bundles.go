package devops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// maxBundle is the maximum size of a bundle. Real ones have about ten
// kilobytes.
const maxBundle = 32 << 20

// Bundle has the addresses of the secure connect bundles of a database in one
// region. They are valid for a few minutes and secret: they require no
// authentication.
type Bundle struct {
	Region, Cloud string
	DatacenterID  string
	URL           secret.Text
	Internal      secret.Text // of the bundle for private endpoints; empty if there is none
}

// Bundles returns new addresses for the bundles of an active database, one for
// each region. It needs db-cql.
//
//	POST /v2/databases/{databaseId}/secureBundleURL
func (s *DatabaseService) Bundles(ctx context.Context, id string) ([]Bundle, error) {
	return fetch[bundlesResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/databases/{id}/secureBundleURL", id: id, query: url.Values{"all": {"true"}},
		permission: "db-cql", retry: safe,
	})
}

// bundleResponse has the service's misspelled key and the correct one.
type bundleResponse struct {
	DownloadURL               string
	DownloadURLInternal       string
	DatcenterID, DatacenterID id
	Region                    id
	CloudProvider             string
}

func (w bundleResponse) value() (Bundle, bool) {
	b := Bundle{Region: string(w.Region), Cloud: w.CloudProvider, DatacenterID: string(w.DatcenterID), URL: secret.Text(w.DownloadURL), Internal: secret.Text(w.DownloadURLInternal)}
	if b.DatacenterID == "" {
		b.DatacenterID = string(w.DatacenterID)
	}
	return b, w.DownloadURL != ""
}

// bundlesResponse is a list, or the object that the service sends for a database
// in one region.
type bundlesResponse struct{ list rows[bundleResponse, Bundle] }

// UnmarshalJSON accepts a list or one object.
func (w *bundlesResponse) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '{' {
		b = slices.Concat([]byte("["), b, []byte("]"))
	}
	return w.list.UnmarshalJSON(b)
}

func (w bundlesResponse) value() ([]Bundle, bool) { return w.list.value() }

// FetchBundle writes the bundle to w; after an error, w may have a part of it.
// The request has no token and follows no redirect. The address must be https
// at amazonaws.com or datastax.com, or the API's own host; otherwise nothing is
// sent and the error is ErrForeignHost.
func (s *DatabaseService) FetchBundle(ctx context.Context, b Bundle, w io.Writer) (int64, error) {
	c := s.client
	c.redact.Add(b.URL)
	if err := c.checkAddress(b.URL.Reveal()); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.AttemptTimeout, errAttemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL.Reveal(), nil)
	if err != nil {
		return 0, fmt.Errorf("%w: malformed address of the bundle", ErrInvalidResponse)
	}
	req.Header.Set("Accept-Encoding", "identity") // keep Content-Length that of the file
	if c.config.UserAgent != "" {
		req.Header.Set("User-Agent", c.config.UserAgent)
	}
	resp, err := c.bundleTransport().RoundTrip(req)
	if err != nil {
		return 0, c.bundleError(ctx, response{err: withAttemptTimeout(ctx, err), host: req.URL.Hostname()}, ErrNetwork)
	}
	defer resp.Body.Close()
	a := response{status: resp.StatusCode, header: resp.Header, sent: true}
	switch {
	case a.status == http.StatusTooManyRequests:
		return 0, c.bundleError(ctx, a, ErrRateLimited)
	case a.status >= http.StatusInternalServerError:
		return 0, c.bundleError(ctx, a, ErrServer)
	case a.status != http.StatusOK, resp.ContentLength > maxBundle:
		return 0, c.bundleError(ctx, a, ErrInvalidResponse)
	}
	out := &limitedWriter{w: w}
	n, err := io.Copy(out, io.LimitReader(resp.Body, maxBundle+1))
	switch {
	case out.err != nil:
		return n, out.err
	case err == nil && resp.ContentLength >= 0 && n != resp.ContentLength:
		err = io.ErrUnexpectedEOF
	case err == nil && n > maxBundle:
		return n, c.bundleError(ctx, a, ErrInvalidResponse)
	}
	if err != nil {
		a.err = withAttemptTimeout(ctx, err)
		return n, c.bundleError(ctx, a, ErrNetwork)
	}
	return n, nil
}

// limitedWriter keeps write errors apart from read errors.
type limitedWriter struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (s *limitedWriter) Write(b []byte) (n int, err error) {
	n, s.err = s.w.Write(b)
	return n, s.err
}

func (c *Client) bundleTransport() http.RoundTripper {
	return c.http.HTTPClient.Transport.(*transport).shared
}

// bundleError returns the error of the bundle storage. Its own message and the
// address are omitted.
func (c *Client) bundleError(ctx context.Context, a response, kind error) error {
	t := &attemptState{call: call{method: http.MethodGet, path: "the bundle"}, response: a}
	if a.err != nil && errors.Is(ctx.Err(), context.Canceled) {
		kind = context.Canceled
	}
	e := c.newError(t, kind)
	if a.err == nil {
		e.Message, e.Code = "", 0
		switch {
		case a.status == http.StatusOK:
			e.Message = fmt.Sprintf("larger than %d MiB", maxBundle>>20)
		case a.status >= 300 && a.status < 400:
			e.Message = "redirected" + redirectHost(a.header)
		case a.status < http.StatusInternalServerError:
			e.Message = "the address is valid for a few minutes only"
		}
	}
	return e
}

// checkAddress checks an address from the service before a bundle is fetched.
// Errors have at most the host of it.
func (c *Client) checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || !isPrintable(u.Host) || u.User != nil || u.Opaque != "" {
		return fmt.Errorf("%w: invalid address of the bundle", ErrForeignHost)
	}
	api, err := url.Parse(c.base)
	if err == nil && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host) {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	known := strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".datastax.com")
	if u.Scheme != "https" || !known || u.Port() != "" && u.Port() != "443" {
		return fmt.Errorf("%w: refusing to fetch the bundle from %s://%s", ErrForeignHost, u.Scheme, u.Host)
	}
	return nil
}
