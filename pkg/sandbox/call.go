package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/astra-admin/astra/pkg/iam"
)

// request is one request to one endpoint, in its transaction.
type request struct {
	server        *Server
	values        map[string]string // of the path
	query         url.Values
	authorization string
	header        http.Header
	root          string // scheme and host that the request was sent to
	body          []byte

	tx     *bolt.Tx
	meta   meta
	now    time.Time
	caller token
	roles  []role // those of the caller that still exist
}

func (c *request) serve(tx *bolt.Tx, r route) (answer, error) {
	m, err := readMeta(tx)
	if err != nil {
		return answer{}, err
	}
	c.tx, c.meta, c.now = tx, m, c.server.now(m)
	if r.open {
		return r.handle(c)
	}
	if err := c.authenticate(); err != nil {
		return answer{}, err
	}
	if !r.anyOrg {
		if err := c.atHome(); err != nil {
			return answer{}, err
		}
	}
	if r.action != "" && !c.allows(r.action, c.target(r.action)) {
		return answer{}, deny(r.action)
	}
	if len(c.body) > maxBody {
		return answer{}, refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", maxBody)
	}
	return r.handle(c)
}

// atHome refuses tokens of the other organizations of the enterprise.
func (c *request) atHome() error {
	if c.org() == c.meta.OrgID {
		return nil
	}
	return &apiError{
		status: http.StatusNotImplemented, id: http.StatusNotImplemented, always: true,
		message: "the sandbox serves only tokens to organization " + c.org(),
	}
}

// now returns the time of the sandbox's own clock.
func (s *Server) now(m meta) time.Time { return s.options.Now().Add(m.Offset).UTC() }

// target returns what an action is checked against.
func (c *request) target(action string) iam.DRN {
	d := iam.DRN{Org: c.meta.OrgID}
	if level := iam.Level(action); level >= iam.DepthDatabase {
		d.Database = c.values["databaseID"]
		if level >= iam.DepthKeyspace {
			d.Keyspace = c.values["keyspace"]
		}
	}
	return d
}

// allows reports whether one of the caller's roles permits the action on a
// resource.
func (c *request) allows(action string, on iam.DRN) bool {
	return slices.ContainsFunc(c.roles, func(r role) bool { return iam.Policy(r.Policy).Allows(action, on) })
}

// holds reports whether one of the caller's roles lists the action, on
// whatever.
func (c *request) holds(action string) bool {
	return slices.ContainsFunc(c.roles, func(r role) bool { return slices.Contains(r.Policy.Actions, action) })
}

// decode reads the request's JSON body. Keys match in any case, as they do at
// the service.
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
		return body, refuse(http.StatusBadRequest, "invalid request body: something follows the JSON value")
	}
	return body, nil
}
