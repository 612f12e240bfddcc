package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// listen starts a listener in front of the sandbox, over HTTP or HTTPS.
func (w *testSandbox) listen(secure bool, o ServeOptions) *testSandbox {
	w.Helper()
	server := httptest.NewUnstartedServer(Listener(w.server, o))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	w.Cleanup(server.Close)
	w.client, w.url = server.Client().Transport, server.URL
	return w
}

func parse(t *testing.T, texts ...string) []Fault {
	t.Helper()
	var faults []Fault
	for _, text := range texts {
		f, err := ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, f)
	}
	return faults
}

func TestFaults(t *testing.T) {
	body := `{"roles":["` + roUser + `"]}`
	for _, test := range []struct {
		kind      string
		performed bool
		check     func(testResponse, error) bool
	}{
		{"drop-response", true, func(_ testResponse, err error) bool { return errors.Is(err, io.EOF) }},
		{"status", false, func(r testResponse, _ error) bool {
			return r.status == 503 && strings.HasPrefix(r.body, `{"errors":[{"ID":503,`)
		}},
		{"status,arg=429", false, func(r testResponse, _ error) bool { return r.status == 429 && r.kind == formJSON }},
		{"truncate", true, func(r testResponse, err error) bool {
			return r.status == 200 && errors.Is(err, io.ErrUnexpectedEOF) && strings.HasPrefix(r.body, `{"clientId"`)
		}},
		{"slow,arg=1ms", true, func(r testResponse, err error) bool {
			return r.status == 200 && err == nil && strings.HasSuffix(r.body, "}")
		}},
		{"reset", false, func(_ testResponse, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{"html", false, func(r testResponse, _ error) bool {
			return r.status == 200 && strings.HasPrefix(r.kind, "text/html") && strings.Contains(r.body, "Sign in")
		}},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/secure=%v", test.kind, secure), func(t *testing.T) {
				t.Parallel()
				w := newTestSandbox(t).listen(secure, ServeOptions{Faults: parse(t, "POST /v2/*="+test.kind+",times=1")})
				if got, err := w.try("POST", "/v2/tokens", w.status.Token, body); !test.check(got, err) {
					t.Errorf("%+v, %v", got, err)
				}
				tokens := read[struct{ Clients []tokenOut }](t, w.admin(200, "GET", "/v2/tokens", ""))
				if performed := len(tokens.Clients) == 2; performed != test.performed {
					t.Errorf("performed: %v", performed)
				}
				w.newToken(roUser) // the second fault no longer applies
			})
		}
	}
}

func TestTruncateLeavesWhatHasNoBody(t *testing.T) {
	w := newTestSandbox(t).listen(false, ServeOptions{Faults: parse(t, "DELETE *=truncate")})
	w.admin(204, "DELETE", "/v2/organizations/users/"+w.users()[1].UserID, "")
}

func TestFirstFaultThatIsLeftStrikes(t *testing.T) {
	w := newTestSandbox(t).listen(false, ServeOptions{Faults: parse(t, "GET *=status,arg=500,times=1", "GET *=status,arg=502,times=2")})
	var got []int
	for range 4 {
		got = append(got, w.send("GET", "/v2/currentOrg", w.status.Token, "").status)
	}
	if diff := cmp.Diff([]int{500, 502, 502, 200}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRateLimit(t *testing.T) {
	clock := newClock()
	w := newTestSandbox(t).listen(false, ServeOptions{RateLimit: 2, Now: clock.Now})
	passed := func(requests int) (n int) {
		t.Helper()
		for range requests {
			got := w.send("GET", "/v2/currentOrg", w.status.Token, "")
			switch got.status {
			case 200:
				n++
			case 429:
				if got.headers.Get("Retry-After") != "1" || !strings.HasPrefix(got.body, `{"errors":[{"ID":429,`) {
					t.Errorf("%+v", got)
				}
			}
		}
		return n
	}
	got := []int{passed(15)}
	for _, wait := range []time.Duration{0, time.Second, 500 * time.Millisecond, time.Hour} {
		clock.advance(wait)
		got = append(got, passed(15))
	}
	if diff := cmp.Diff([]int{10, 0, 2, 1, 10}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRateLimitNeedsClock(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Listener(http.NotFoundHandler(), ServeOptions{RateLimit: 1})
}

func TestWaits(t *testing.T) {
	for name, o := range map[string]ServeOptions{
		"latency": {Latency: time.Minute},
		"slow":    {Faults: parse(t, "GET /=slow,arg=1m")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var served atomic.Bool
				h := Listener(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					served.Store(true)
					w.WriteHeader(http.StatusNoContent)
				}), o)
				start := time.Now()
				got := httptest.NewRecorder()
				h.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
				if took := time.Since(start); took != time.Minute || got.Code != http.StatusNoContent {
					t.Errorf("took %v, status %d", took, got.Code)
				}

				served.Store(false)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start, got = time.Now(), httptest.NewRecorder()
				h.ServeHTTP(got, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
				if took := time.Since(start); took != time.Second || got.Body.Len() > 0 {
					t.Errorf("a client that left was waited for: %v", took)
				}
				if served.Load() != (name == "slow") {
					t.Errorf("performed: %v", served.Load())
				}
			})
		})
	}
}

// A disconnected client ends a wait of the listener, even after sending a body.
func TestHandlerEndsWhenClientLeaves(t *testing.T) {
	ended := make(chan struct{})
	arrived := make(chan struct{})
	l := Listener(http.NotFoundHandler(), ServeOptions{Latency: time.Hour})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		l.ServeHTTP(w, r)
		close(ended)
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Client().Do(request); !errors.Is(err, context.Canceled) { //nolint:bodyclose // no response
		t.Errorf("%v", err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the handler waits on")
	}
}

func TestListenerPassesBodiesOn(t *testing.T) {
	for _, size := range []int{0, 10, maxBody, maxBody + 1, 3 * maxBody} {
		want := bytes.Repeat([]byte("x"), size)
		h := Listener(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if got, err := io.ReadAll(r.Body); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes of %d, %v", len(got), size, err)
			}
		}), ServeOptions{})
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "POST", "/", bytes.NewReader(want)))
	}
}
