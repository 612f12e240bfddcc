package cmd_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// stubToken is a token that a stub accepts: it asks for none.
const stubToken = "AstraCS:StubStubStubStubStubStub:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// stub answers with what the service is known to send, where the sandbox cannot
// be made to: a request has a list of answers.
type stub struct {
	mu      sync.Mutex
	answers map[string][]stubAnswer
	log     *served
}

type stubAnswer struct {
	status int
	header http.Header
	body   []byte
}

func stubCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: stub FILE")
	}
	s := &stub{answers: map[string][]stubAnswer{}, log: ts.Value("served").(*served)}
	s.log.mu.Lock()
	s.log.log = nil
	s.log.mu.Unlock()
	for line := range strings.SplitSeq(strings.TrimSpace(ts.ReadFile(args[0])), "\n") {
		request, answer, err := parseStub(line)
		ts.Check(err)
		s.answers[request] = append(s.answers[request], answer)
	}
	listener := httptest.NewServer(s)
	ts.Defer(listener.Close)
	ts.Setenv("URL", listener.URL)
	ts.Check(os.WriteFile(ts.MkAbs("token.txt"), []byte(stubToken+"\n"), 0o600))
}

func parseStub(line string) (request string, a stubAnswer, err error) {
	words := strings.SplitN(line, " ", 4)
	if len(words) < 3 {
		return "", a, fmt.Errorf("not METHOD PATH STATUS BODY: %s", line)
	}
	if a.status, err = strconv.Atoi(words[2]); err != nil {
		return "", a, err
	}
	a.header = http.Header{"Content-Type": {"application/json; charset=UTF-8"}}
	request = words[0] + " " + words[1]
	if len(words) == 3 {
		return request, a, nil
	}
	text := words[3]
	name, value, isHeader := strings.Cut(text, "=")
	body, err := os.ReadFile(filepath.Join("..", "testdata", "recorded", filepath.Base(text)))
	switch {
	case err == nil && strings.HasSuffix(text, ".html"):
		a.header.Set("Content-Type", "text/html; charset=iso-8859-1")
		a.header.Set("X-Amz-Cf-Id", "stub-request")
		a.body = body
	case err == nil:
		a.body = body
	case isHeader && !strings.ContainsAny(name, `{"[ `):
		a.header.Set(name, value)
	default:
		a.body = []byte(text)
	}
	return request, a, nil
}

// ServeHTTP implements http.Handler.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.log.mu.Lock()
	s.log.log = append(s.log.log, r.Method+" "+r.URL.Path)
	s.log.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	request := r.Method + " " + r.URL.RequestURI()
	if s.answers[request] == nil {
		request = r.Method + " " + r.URL.Path
	}
	all := s.answers[request]
	if len(all) == 0 {
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	}
	if len(all) > 1 {
		s.answers[request] = all[1:]
	}
	maps.Copy(w.Header(), all[0].header)
	w.WriteHeader(all[0].status)
	_, _ = w.Write(all[0].body)
}
