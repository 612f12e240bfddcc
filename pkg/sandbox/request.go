package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// request is one request to one endpoint, in its transaction.
type request struct {
	server        *Server
	values        map[string]string // path parameters
	query         url.Values
	authorization string
	header        http.Header
	root          string // scheme and host of the request's URL
	body          []byte

	tx     *bolt.Tx
	meta   meta
	now    time.Time
	caller token
	roles  []role // existing roles of the caller
}

func (c *request) serve(tx *bolt.Tx, r route) (response, error) {
	m, err := readMeta(tx)
	if err != nil {
		return response{}, err
	}
	c.tx, c.meta, c.now = tx, m, c.server.now(m)
	if r.open {
		return r.handle(c)
	}
	if err := c.authenticate(); err != nil {
		return response{}, err
	}
	switch {
	case c.caller.EnterpriseOnly && !r.enterprise:
		return response{}, &apiError{status: 403, id: 403, message: "a token of an enterprise has no rights in its organizations", denied: true}
	case c.caller.EnterpriseOnly:
		if err := c.requireEnterprise(); err != nil {
			return response{}, err
		}
	default:
		if err := c.requireRights(r); err != nil {
			return response{}, err
		}
	}
	if len(c.body) > maxBody {
		return response{}, refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", maxBody)
	}
	return r.handle(c)
}

// requireRights refuses a token of an organization without the rights that a
// route requires.
func (c *request) requireRights(r route) error {
	if !r.anyOrg {
		if err := c.requireSandboxOrg(); err != nil {
			return err
		}
	}
	if r.action != "" && !c.allows(r.action, c.target(r.action)) {
		return deny(r.action)
	}
	return nil
}

// requireSandboxOrg refuses tokens of the other organizations of the
// enterprise.
func (c *request) requireSandboxOrg() error {
	if c.org() == c.meta.OrgID {
		return nil
	}
	return &apiError{
		status: http.StatusNotImplemented, id: http.StatusNotImplemented, always: true,
		message: "the sandbox serves only tokens to organization " + c.org(),
	}
}

// now returns the time of the sandbox's clock.
func (s *Server) now(m meta) time.Time { return s.options.Now().Add(m.Offset).UTC() }

// decode parses the JSON body of the request. Keys match in any case, as in the
// service.
func decode[T any](c *request) (T, error) {
	var body T
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		if errors.Is(err, io.EOF) {
			return body, refuse(http.StatusBadRequest, "the request needs a JSON body")
		}
		return body, refuse(http.StatusBadRequest, "invalid request body: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return body, refuse(http.StatusBadRequest, "invalid request body: data after the JSON value")
	}
	return body, nil
}
