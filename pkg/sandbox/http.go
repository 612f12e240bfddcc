package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	bolt "go.etcd.io/bbolt"
)

const maxBody = 1 << 20

// ServeHTTP serves the DevOps API, with or without /v2 at the start of paths.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.do(r)
	if err != nil {
		status := http.StatusInternalServerError
		if errors.Is(err, ErrBusy) {
			status = http.StatusServiceUnavailable
		}
		a = errorResponse(status, err.Error())
	}
	a.send(w, len(a.body))
}

// RoundTripper returns a transport that serves requests in-process. It fails
// with ErrBusy, ErrState or the error of the request's context where a server
// could not respond as the service does.
func (s *Server) RoundTripper() http.RoundTripper { return roundTripper{s} }

type roundTripper struct{ server *Server }

// RoundTrip implements http.RoundTripper.
func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
		stop := context.AfterFunc(r.Context(), func() { _ = r.Body.Close() }) // unblocks a pending read
		defer stop()
	}
	a, err := t.server.do(r)
	if r.Context().Err() != nil {
		return nil, context.Cause(r.Context())
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        a.header.Clone(),
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       r,
	}, nil
}

// do returns the response to a request. An error means that there is no
// response.
func (s *Server) do(r *http.Request) (response, error) {
	if s.options.Log != nil {
		s.options.Log(r.Method, r.URL.EscapedPath())
	}
	route, values, ok := s.match(r.Method, r.URL)
	if isDataHost(baseURL(r)) {
		route, ok = dataHostRoute(route, ok), true
	}
	if !ok {
		return gatewayNotFound().trim(r.Method), nil
	}
	c := &request{
		server: s, values: values, query: r.URL.Query(), authorization: r.Header.Get("Authorization"),
		header: r.Header, root: baseURL(r),
	}
	if r.Body != nil { // before the transaction: a slow client must not block others
		var err error
		if c.body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err != nil {
			return response{}, err
		}
	}
	run := s.update
	if (route.method == http.MethodGet || route.method == http.MethodHead) && !route.open || route.reads {
		run = s.view
	}
	var a response
	err := run(r.Context(), func(tx *bolt.Tx) (err error) {
		a, err = c.serve(tx, route)
		return err
	})
	if refused, ok := errors.AsType[*apiError](err); ok {
		a, err = refused.response(route.errorFormat)
	}
	return a.trim(r.Method), err
}
