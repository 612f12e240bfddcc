package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

const jsonType = "application/json; charset=UTF-8" // official clients decode a body only with a JSON content type

// response is a response before it is sent.
type response struct {
	status int
	header http.Header
	body   []byte
}

// reply returns a response with a JSON body.
func reply(status int, body any) (response, error) {
	data, err := json.Marshal(body)
	return response{status: status, header: http.Header{"Content-Type": {jsonType}}, body: data}, err
}

// errorResponse returns an error envelope. Its ID is not one of the service.
func errorResponse(status int, message string) response {
	a, err := reply(status, envelopeOf(status, message))
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	return a
}

// gatewayNotFound returns the response of the service's gateway to an unknown path, and
// to a wrong method for a known one, which it sends before it looks at the
// token.
func gatewayNotFound() response {
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	return response{status: http.StatusNotFound, header: header, body: []byte("404 page not found\n")}
}

// trim returns the response without a body if the method is HEAD.
func (a response) trim(method string) response {
	if method == http.MethodHead {
		a.body = nil
	}
	return a
}

// replyEmpty returns a response without a body.
func replyEmpty(status int) (response, error) {
	return response{status: status, header: http.Header{}}, nil
}

// send sends the first n bytes of the body, with the length of the whole body
// in the header. Write errors are ignored: the client has disconnected.
func (a response) send(w http.ResponseWriter, n int) {
	maps.Copy(w.Header(), a.header)
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:n])
}

// errorFormat is the format of an endpoint's errors. The service mixes several.
type errorFormat int

const (
	envelope      errorFormat = iota // {"errors":[{"ID":1,"message":"…"}]}
	database                         // envelope, but a missing permission is 401 and null
	jsonString                       // a JSON string
	plainText                        // text/plain
	plainText404                     // envelope, but 404 is text/plain
	jsonString404                    // envelope, but 404 is a JSON string
)

// apiError is an error response. Its ID is the service's where known, else the
// status.
type apiError struct {
	status, id int
	message    string
	denied     bool // a permission is missing
	always     bool // an envelope, whatever the endpoint's format
}

// Error returns the message.
func (r *apiError) Error() string { return r.message }

func refuse(status int, format string, values ...any) error {
	return &apiError{status: status, id: status, message: fmt.Sprintf(format, values...)}
}

func deny(action string) error {
	return &apiError{status: 403, id: 403, message: "missing permission " + action, denied: true}
}

// response returns the error in a format.
func (r *apiError) response(s errorFormat) (response, error) {
	missing := r.status == http.StatusNotFound
	switch {
	case s == database && r.denied:
		return reply(http.StatusUnauthorized, nil)
	case (s == jsonString || s == jsonString404 && missing) && !r.always:
		return reply(r.status, r.message)
	case (s == plainText || s == plainText404 && missing) && !r.always:
		header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
		return response{status: r.status, header: header, body: []byte(r.message)}, nil
	}
	return reply(r.status, envelopeOf(r.id, r.message))
}

type errorEnvelope struct {
	Errors []errorItem `json:"errors"`
}

type errorItem struct {
	ID      int    `json:"ID"`
	Message string `json:"message"`
}

func envelopeOf(id int, message string) errorEnvelope {
	return errorEnvelope{[]errorItem{{id, message}}}
}
