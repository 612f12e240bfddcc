package devops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// maxBundle is the size beyond which a bundle is not believed; real ones have
// some ten thousand bytes.
const maxBundle = 32 << 20

// A Bundle is where the secure connect bundle of a database in one region can
// be fetched for a few minutes. Whoever knows the address may: it is a secret.
type Bundle struct {
	Region, Cloud string
	DatacenterID  string
	URL           secret.Text
}

// Bundles returns the addresses of the bundles of an active database, one for
// each region. They are new ones each time. It needs db-cql.
//
//	POST /v2/databases/{databaseId}/secureBundleURL
func (s *DatabaseService) Bundles(ctx context.Context, id string) ([]Bundle, error) {
	return fetch[wireBundles](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/databases/{id}/secureBundleURL", id: id, query: url.Values{"all": {"true"}},
		permission: "db-cql", class: read,
	})
}

// A wireBundle has the service's spelling, and the right one in case it is
// mended.
type wireBundle struct {
	DownloadURL               string
	DatcenterID, DatacenterID id
	Region                    id
	CloudProvider             string
}

func (w wireBundle) value() (Bundle, bool) {
	b := Bundle{Region: string(w.Region), Cloud: w.CloudProvider, DatacenterID: string(w.DatcenterID), URL: secret.Text(w.DownloadURL)}
	if b.DatacenterID == "" {
		b.DatacenterID = string(w.DatacenterID)
	}
	return b, w.DownloadURL != ""
}

type wireBundles = rows[wireBundle, Bundle]

// FetchBundle writes the bundle to w, after an error perhaps a part of it. No
// token goes with the request, no redirect is followed, and the address must be
// one that bundles are kept at: https at amazonaws.com or datastax.com, or the
// API's own host. Any other is ErrElsewhere, and nothing is sent.
func (s *DatabaseService) FetchBundle(ctx context.Context, b Bundle, w io.Writer) (int64, error) {
	c := s.client
	c.redact.Add(b.URL)
	if err := c.checkAddress(b.URL.Reveal()); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.AttemptTimeout, errSlow)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL.Reveal(), nil)
	if err != nil {
		return 0, fmt.Errorf("%w: the address of the bundle cannot be read", ErrInvalidResponse)
	}
	req.Header.Set("Accept-Encoding", "identity") // the length is to be that of the file
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

// A limitedWriter tells a failure to write from one to read.
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

// bundleError is an error of the storage that bundles are kept in. Its words are
// ours: the storage's, and the address, are of no use to people.
func (c *Client) bundleError(ctx context.Context, a response, kind error) error {
	t := &attemptState{call: call{method: http.MethodGet, path: "the bundle"}, answer: a}
	if a.err != nil && errors.Is(ctx.Err(), context.Canceled) {
		kind = context.Canceled
	}
	e := c.newError(t, kind)
	if a.err == nil {
		e.Message, e.Code = "", 0
		switch {
		case a.status == http.StatusOK:
			e.Message = fmt.Sprintf("it is larger than %d MiB", maxBundle>>20)
		case a.status >= 300 && a.status < 400:
			e.Message = "the address leads elsewhere" + elsewhere(a.header)
		case a.status < http.StatusInternalServerError:
			e.Message = "the address is good for a few minutes only"
		}
	}
	return e
}

// checkAddress decides whether a bundle may be fetched from an address that the
// service named. It never repeats more of it than the host.
func (c *Client) checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || !printable(u.Host) || u.User != nil || u.Opaque != "" {
		return fmt.Errorf("%w: the address of the bundle is none", ErrForeignHost)
	}
	api, err := url.Parse(c.base)
	if err == nil && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host) {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	known := strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".datastax.com")
	if u.Scheme != "https" || !known || u.Port() != "" && u.Port() != "443" {
		return fmt.Errorf("%w: the bundle is said to be at %s://%s", ErrForeignHost, u.Scheme, u.Host)
	}
	return nil
}
