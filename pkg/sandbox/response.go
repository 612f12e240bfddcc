package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

const jsonType = "application/json; charset=UTF-8" // official clients decode a body only if its type says json

// answer is a response that is not yet sent.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// reply answers with a JSON body.
func reply(status int, body any) (answer, error) {
	data, err := json.Marshal(body)
	return answer{status: status, header: http.Header{"Content-Type": {jsonType}}, body: data}, err
}

// failure answers with an envelope. Its id is not one of the service.
func failure(status int, message string) answer {
	a, err := reply(status, envelopeOf(status, message))
	if err != nil {
		panic(err) // a number and a text always encode
	}
	return a
}

// done answers without a body.
func done(status int) (answer, error) { return answer{status: status, header: http.Header{}}, nil }

// send sends the first n bytes of the body, but says how long the whole is. To
// a client that has left nothing can be said.
func (a answer) send(w http.ResponseWriter, n int) {
	maps.Copy(w.Header(), a.header)
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:n])
}

// errorFormat is how an endpoint writes its refusals: the service has four ways,
// and mixes them.
type errorFormat int

const (
	envelope      errorFormat = iota // {"errors":[{"ID":1,"message":"…"}]}
	database                         // envelope, but a missing permission is 401 and null
	quoted                           // a JSON string
	plain                            // text/plain
	plainMissing                     // envelope, but 404 is text/plain
	quotedMissing                    // envelope, but 404 is a JSON string
)

// apiError is an error that the caller is told of. Its id is that of the
// service where it is known, otherwise the status.
type apiError struct {
	status, id int
	message    string
	denied     bool // a permission is missing
	always     bool // an envelope, whatever the endpoint's shape
}

// Error returns the message.
func (r *apiError) Error() string { return r.message }

func refuse(status int, format string, values ...any) error {
	return &apiError{status: status, id: status, message: fmt.Sprintf(format, values...)}
}

func deny(action string) error {
	return &apiError{status: 403, id: 403, message: "missing permission " + action, denied: true}
}

// answer writes the refusal in a shape.
func (r *apiError) answer(s errorFormat) (answer, error) {
	missing := r.status == http.StatusNotFound
	switch {
	case s == database && r.denied:
		return reply(http.StatusUnauthorized, nil)
	case (s == quoted || s == quotedMissing && missing) && !r.always:
		return reply(r.status, r.message)
	case (s == plain || s == plainMissing && missing) && !r.always:
		header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
		return answer{status: r.status, header: header, body: []byte(r.message)}, nil
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
