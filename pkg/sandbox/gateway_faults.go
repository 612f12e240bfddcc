package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const timeoutPage = `<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504 Gateway Time-out</h1></center></body></html>`

// clockStep is the interval at which a late commit polls the clock, which
// SeedOptions.Advance may move.
const clockStep = 50 * time.Millisecond

// lateCommit is a gateway that times out on token requests, which are performed
// after a delay.
type lateCommit struct {
	handler http.Handler
	delay   time.Duration
	clock   func() (time.Time, error)
}

// ServeHTTP implements http.Handler.
func (l lateCommit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !createsToken(r) {
		l.handler.ServeHTTP(w, r)
		return
	}
	began, err := l.clock()
	if err != nil {
		a := errorResponse(http.StatusServiceUnavailable, err.Error())
		a.send(w, len(a.body))
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return
	}
	later := r.Clone(context.WithoutCancel(r.Context()))
	later.Body = io.NopCloser(bytes.NewReader(body))
	go l.commit(later, began.Add(l.delay))
	header := http.Header{"Content-Type": {"text/html"}}
	response{http.StatusGatewayTimeout, header, []byte(timeoutPage)}.send(w, len(timeoutPage))
}

// commit performs a request when it is due and discards the response.
func (l lateCommit) commit(r *http.Request, due time.Time) {
	for {
		now, err := l.clock()
		if err == nil && !now.Before(due) {
			record(l.handler, r)
			return
		}
		<-time.After(clockStep)
	}
}

func createsToken(r *http.Request) bool {
	segments, ok := splitPath(r.URL.EscapedPath())
	path := strings.Join(segments, "/")
	return ok && r.Method == http.MethodPost && (path == "v2/clientIdSecrets" || path == "v2/tokens")
}

// quoteCaller is a gateway whose errors quote the Authorization header of the
// request.
type quoteCaller struct{ handler http.Handler }

// ServeHTTP implements http.Handler.
func (q quoteCaller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := record(q.handler, r)
	a.quote(r)
	a.send(w, len(a.body))
}

// quote adds the client ID of the caller to an error, in the format of the
// body.
func (a *response) quote(r *http.Request) {
	clientID, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer AstraCS:"), ":")
	if a.status < http.StatusBadRequest || clientID == "" {
		return
	}
	dump := fmt.Sprintf("request headers: Authorization: Bearer AstraCS:%s:***", clientID)
	kind := a.header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "text/html"):
		a.body = bytes.Replace(a.body, []byte("</body>"), []byte("<pre>"+dump+"</pre></body>"), 1)
	case strings.Contains(kind, "json"):
		a.body = quoteJSON(a.status, a.body, dump)
	default:
		a.body = fmt.Appendf(a.body, "\n%s\n", dump)
	}
}

// quoteJSON adds a text to the message of an envelope, a string or null.
func quoteJSON(status int, body []byte, text string) []byte {
	var errors errorEnvelope
	var message string
	switch {
	case json.Unmarshal(body, &errors) == nil && len(errors.Errors) > 0:
		errors.Errors[0].Message += " (" + text + ")"
	case json.Unmarshal(body, &message) == nil && message != "":
		quoted, err := json.Marshal(message + " (" + text + ")")
		if err != nil {
			panic(err) // strings always encode
		}
		return quoted
	default:
		return errorResponse(status, text).body
	}
	quoted, err := json.Marshal(errors)
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	return quoted
}
