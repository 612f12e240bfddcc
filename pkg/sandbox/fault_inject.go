package sandbox

import (
	"net"
	"net/http"
)

const signInPage = `<!doctype html><html><head><title>Sign in</title></head><body><form>Sign in to continue</form></body></html>`

// inject serves the request with a fault. A panic with ErrAbortHandler makes
// the server close the connection.
func (l *listener) inject(f Fault, w http.ResponseWriter, r *http.Request) {
	h := l.handler
	switch f.Kind {
	case KindStatus:
		l.refuse(errorResponse(f.status(), "a fault of the sandbox: "+f.String()), w, r)
	case KindHTML:
		header := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
		response{http.StatusOK, header, []byte(signInPage)}.send(w, len(signInPage))
	case KindReset:
		reset(w)
	case KindDropResponse:
		record(h, r)
		panic(http.ErrAbortHandler)
	case KindSlow:
		a := record(h, r)
		if wait(r.Context(), f.delay()) {
			a.send(w, len(a.body))
		}
	case KindTruncate:
		a := record(h, r)
		a.send(w, len(a.body)/2)
		if len(a.body) > 0 {
			_ = http.NewResponseController(w).Flush() // the connection is closed in any case
			panic(http.ErrAbortHandler)
		}
	default:
		h.ServeHTTP(w, r)
	}
}

// reset closes the connection with a RST instead of a FIN.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2, or a test's recorder
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if outer, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		raw = outer.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // on failure a FIN is sent
	}
	_ = raw.Close()
}

// recorder buffers a response.
type recorder struct{ response }

func record(h http.Handler, r *http.Request) response {
	w := &recorder{response{status: http.StatusOK, header: http.Header{}}}
	h.ServeHTTP(w, r)
	return w.response
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return len(b), nil
}
