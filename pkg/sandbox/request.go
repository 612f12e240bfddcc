package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
	"unicode"

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
	if !c.server.options.Behavior.ExtraKeys {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(&body); err != nil {
		return body, refuseBody(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return body, refuse(http.StatusBadRequest, "invalid request body: data after the JSON value")
	}
	return body, nil
}

// refuseBody returns the refusal of a body that cannot be decoded, in words of
// JSON and not of Go.
func refuseBody(err error) error {
	if errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "the request needs a JSON body")
	}
	if at, ok := errors.AsType[*time.ParseError](err); ok {
		return refuse(http.StatusBadRequest, "invalid request body: %q is not a time in the format of RFC 3339", at.Value)
	}
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return refuse(http.StatusBadRequest, "invalid request body: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	at := ""
	if wrong.Field != "" {
		at = jsonKey(wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]) + ": "
	}
	return refuse(http.StatusBadRequest, "invalid request body: %sunexpected %s; expected %s", at, wrong.Value, jsonKind(wrong.Type))
}

// jsonKind returns what JSON calls the values of a type.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonKind(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Slice:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	default:
		return "number"
	}
}

// jsonKey returns the key of a field: orgID of OrgID, dbType of DBType.
func jsonKey(field string) string {
	letters := []rune(field)
	for i, r := range letters {
		if !unicode.IsUpper(r) || i > 0 && i+1 < len(letters) && unicode.IsLower(letters[i+1]) {
			break
		}
		letters[i] = unicode.ToLower(r)
	}
	return string(letters)
}
