package sandbox

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/astra-admin/astra/pkg/openapi"
)

// published has the published descriptions, against which all exchanges of
// these tests are checked.
var published = sync.OnceValue(func() *openapi.Spec {
	book, err := openapi.Open(filepath.Join("..", "..", "testdata", "openapi"))
	if err != nil {
		panic(err)
	}
	return book
})

// answered has the status classes of responses (2 is 2xx) by route.
var answered struct {
	sync.Mutex
	kinds map[string][]int
}

// checkedTransport returns a transport that reports exchanges that contradict
// the published descriptions.
func (w *testSandbox) checkedTransport(next http.RoundTripper) http.RoundTripper {
	return openapi.Transport(next, func(x openapi.Exchange) {
		for _, complaint := range published().Validate(x) {
			w.Errorf("contradicts both descriptions without a reason: %s", complaint)
		}
		r, _, found := (&Server{routes: endpoints()}).match(x.Method, &url.URL{Path: x.Path})
		if !found {
			return
		}
		answered.Lock()
		defer answered.Unlock()
		if answered.kinds == nil {
			answered.kinds = map[string][]int{}
		}
		name := r.method + " " + r.path
		answered.kinds[name] = append(answered.kinds[name], x.Status/100)
	})
}

// TestMain reports, after all tests have passed, untested routes, unused
// exceptions and untested operations of the descriptions.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && runsAllTests() {
		for _, complaint := range untouched() {
			fmt.Fprintln(os.Stderr, complaint)
			code = 1
		}
	}
	os.Exit(code)
}

// runsAllTests reports whether no test is filtered out.
func runsAllTests() bool {
	for _, name := range []string{"run", "skip", "list", "fuzz"} {
		if flag.Lookup("test."+name).Value.String() != "" {
			return false
		}
	}
	return true
}

func untouched() []string {
	var all []string
	for _, r := range endpoints() {
		name := r.method + " " + r.path
		if kinds := answered.kinds[name]; !slices.Contains(kinds, 2) || !slices.Contains(kinds, 4) {
			all = append(all, fmt.Sprintf("%s: no test has seen both its success and a refusal", name))
		}
	}
	for _, reason := range published().UnusedExceptions() {
		all = append(all, "testdata/openapi/README.md: no exchange needs the reason for "+reason)
	}
	routes := &Server{routes: endpoints()}
	return append(all, published().Coverage(func(method, path string) bool {
		_, _, found := routes.match(method, &url.URL{Path: path})
		return found
	})...)
}

// TestEveryEndpointRefuses calls each endpoint without a token and with a token
// without permissions.
func TestEveryEndpointRefuses(t *testing.T) {
	w := newTestSandbox(t)
	guest := w.newToken(w.newRole("Guest", []string{"org-read"}, []string{""})).Token
	values := strings.NewReplacer("{list}", "serverless", "{databaseID}", w.databases("")[0].ID, "{orgID}", w.status.OrgID)
	value := regexp.MustCompile(`\{[A-Za-z]+\}`)
	for _, r := range endpoints() {
		path := value.ReplaceAllString(values.Replace(r.path), "x")
		if r.open {
			continue
		}
		if got := w.send(r.method, path, "", ""); got.status != 401 || r.method != "HEAD" && !strings.Contains(got.body, "340002") {
			t.Errorf("%s %s as nobody: %+v", r.method, path, got)
		}
		want := 403
		switch {
		case r.action == "":
			continue
		case r.errorFormat == database:
			want = 401
		}
		if got := w.send(r.method, path, guest, ""); got.status != want || want == 401 && got.body != "null" {
			t.Errorf("%s %s as a guest: %+v", r.method, path, got)
		}
	}
}

// TestAnyTier sends the request of the client for a tier that no list contains.
func TestAnyTier(t *testing.T) {
	w := newTestSandbox(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v2/databases", strings.NewReader(strings.Replace(newClassic, "C10", "X1", 1)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Authorization": {"Bearer " + w.status.Token}, "Content-Type": {"application/json"}, "User-Agent": {"astra-admin/test"}}
	answer, err := w.client.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", answer.StatusCode)
	}
}
