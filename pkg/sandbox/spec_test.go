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

// published are the published descriptions, to which all exchanges of this
// package's tests are held.
var published = sync.OnceValue(func() *openapi.Spec {
	book, err := openapi.Open(filepath.Join("..", "..", "testdata", "openapi"))
	if err != nil {
		panic(err)
	}
	return book
})

// answered are the kinds of answers (2 is 2xx) that were seen, by the route.
var answered struct {
	sync.Mutex
	kinds map[string][]int
}

// held returns a transport whose exchanges must not contradict what is published.
func (w *world) held(next http.RoundTripper) http.RoundTripper {
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

// TestMain looks, when all tests have passed, for what none of them has touched:
// routes, reasons to contradict the descriptions, and operations of theirs.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && whole() {
		for _, complaint := range untouched() {
			fmt.Fprintln(os.Stderr, complaint)
			code = 1
		}
	}
	os.Exit(code)
}

// whole reports whether every test was asked for.
func whole() bool {
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

// TestEveryEndpointRefuses asks each one as nobody, and as somebody who may do
// nothing that needs a permission.
func TestEveryEndpointRefuses(t *testing.T) {
	w := newWorld(t)
	guest := w.newToken(w.newRole("Guest", []string{"org-read"}, []string{""})).Token
	values := strings.NewReplacer("{list}", "serverless", "{databaseID}", w.databases("")[0].ID, "{orgID}", w.status.OrgID)
	value := regexp.MustCompile(`\{[A-Za-z]+\}`)
	for _, r := range endpoints() {
		path := value.ReplaceAllString(values.Replace(r.path), "x")
		if r.open {
			continue
		}
		if got := w.send(r.method, path, "", ""); got.status != 401 || !strings.Contains(got.body, "340012") {
			t.Errorf("%s %s as nobody: %+v", r.method, path, got)
		}
		want := 403
		switch {
		case r.action == "":
			continue
		case r.shape == database:
			want = 401
		}
		if got := w.send(r.method, path, guest, ""); got.status != want || want == 401 && got.body != "null" {
			t.Errorf("%s %s as a guest: %+v", r.method, path, got)
		}
	}
}

// TestAnyTier sends what the client does when somebody asks for a tier that is in
// no list.
func TestAnyTier(t *testing.T) {
	w := newWorld(t)
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
