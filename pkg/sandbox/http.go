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

// ServeHTTP serves the DevOps API, with /v2 in front of the paths and without.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.do(r)
	if err != nil {
		status := http.StatusInternalServerError
		if errors.Is(err, ErrBusy) {
			status = http.StatusServiceUnavailable
		}
		a = failure(status, err.Error())
	}
	a.send(w, len(a.body))
}

// RoundTripper serves requests in-process. It returns an error where a server
// could not answer as the service does: ErrBusy, ErrState, or the end of the
// request's context.
func (s *Server) RoundTripper() http.RoundTripper { return roundTripper{s} }

type roundTripper struct{ server *Server }

// RoundTrip implements http.RoundTripper.
func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
		stop := context.AfterFunc(r.Context(), func() { _ = r.Body.Close() }) // ends a read that waits
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

// do answers a request. An error means that there is no answer.
func (s *Server) do(r *http.Request) (answer, error) {
	if s.options.Log != nil {
		s.options.Log(r.Method, r.URL.EscapedPath())
	}
	route, values, ok := s.match(r.Method, r.URL)
	if !ok {
		message := fmt.Sprintf("the sandbox does not serve %s %s", r.Method, r.URL.EscapedPath())
		return failure(http.StatusNotImplemented, message), nil
	}
	c := &request{
		server: s, values: values, query: r.URL.Query(), authorization: r.Header.Get("Authorization"),
		header: r.Header, root: root(r),
	}
	if r.Body != nil { // before the transaction: a slow client must not hold the state
		var err error
		if c.body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err != nil {
			return answer{}, err
		}
	}
	run := s.update
	if route.method == http.MethodGet && !route.open {
		run = s.view
	}
	var a answer
	err := run(r.Context(), func(tx *bolt.Tx) (err error) {
		a, err = c.serve(tx, route)
		return err
	})
	if refused, ok := errors.AsType[*apiError](err); ok {
		return refused.answer(route.shape)
	}
	return a, err
}
