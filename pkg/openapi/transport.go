package openapi

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// Transport returns a transport that calls watch with each exchange whose
// request body can be read twice.
func Transport(next http.RoundTripper, watch func(Exchange)) http.RoundTripper {
	return transport{next, watch}
}

type transport struct {
	next  http.RoundTripper
	watch func(Exchange)
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x := newExchange(r)
	readable := r.Body == nil || r.Body == http.NoBody
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		if x.RequestBody, err = io.ReadAll(body); err != nil {
			return nil, err
		}
		readable = true
	}
	answer, err := t.next.RoundTrip(r)
	if err != nil || !readable {
		return answer, err
	}
	defer answer.Body.Close()
	if x.AnswerBody, err = io.ReadAll(answer.Body); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(x.AnswerBody))
	x.Status, x.AnswerType = answer.StatusCode, answer.Header.Get("Content-Type")
	t.watch(x)
	return answer, nil
}

// Handler returns a handler that calls watch with each exchange.
func Handler(next http.Handler, watch func(Exchange)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := newExchange(r)
		var err error
		if x.RequestBody, err = io.ReadAll(r.Body); err != nil {
			return // the client disconnected
		}
		r.Body = io.NopCloser(bytes.NewReader(x.RequestBody))
		recorder := &responseRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		x.Status, x.AnswerType, x.AnswerBody = recorder.status, w.Header().Get("Content-Type"), recorder.body
		watch(x)
	})
}

func newExchange(r *http.Request) Exchange {
	return Exchange{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.Query(), RequestType: r.Header.Get("Content-Type"),
		Own: strings.HasPrefix(r.UserAgent(), "astra-admin/"),
	}
}

// responseRecorder copies a response.
type responseRecorder struct {
	http.ResponseWriter
	status int
	body   []byte
}

// WriteHeader implements http.ResponseWriter.
func (k *responseRecorder) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (k *responseRecorder) Write(b []byte) (int, error) {
	k.body = append(k.body, b...)
	return k.ResponseWriter.Write(b)
}
