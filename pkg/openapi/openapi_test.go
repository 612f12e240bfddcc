package openapi

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The two descriptions of these tests differ in the second operation, and only
// the second one has the third.
const (
	first = `{"operations": {
"GET /v2/shops": {"query": {"limit": "integer", "sort": "=name|age"}, "200": {"application/json": ["Shop"]}, "4XX": {"text/plain": "string"}},
"PUT /v2/shops/{id}": {"body*": {"application/json": "Shop"}, "204": {}}},
"types": {"Shop": {"name*": "string", "kind": "=big|small", "size": "integer?", "tags": {"*": "string"}, "of": {"|": ["string", ["string"]]}}}}`
	second = `{"operations": {
"GET /v2/shops": {"query": {"limit": "integer", "sort": "=name|age"}, "200": {"application/json": ["Shop"]}, "4XX": {"text/plain": "string"}},
"PUT /v2/shops/{id}": {"body*": {"application/json": "Shop"}, "200": {}},
"DELETE /v2/shops/{id}": {"204": {}}, "DELETE /v2/shops/all": {"202": {}}},
"types": {"Shop": {"name*": "string", "kind": "=big|small", "size": "integer?", "tags": {"*": "string"}, "of": {"|": ["string", ["string"]]}}}}`
	tables = "# A\n\n## Reasons\n\n| operation | what | why |\n|---|---|---|\n| `DELETE *` | `answer 404 not described` | `because` |\n| `GET *` | `*.colour not described` `*.never not described` | so |\n\n" +
		"## Not served\n\n| operation | why |\n|---|---|\n| `PUT *` | not yet |\n"
)

func open(t *testing.T, readme string) *Spec {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"client.json": first, "docs.json": second, "README.md": readme} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	book, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestJudge(t *testing.T) {
	list := func(body string) Exchange {
		return Exchange{Method: "GET", Path: "/v2/shops", Status: 200, AnswerType: "application/json; charset=UTF-8", AnswerBody: []byte(body)}
	}
	put := func(status int, body string) Exchange {
		return Exchange{Method: "PUT", Path: "/shops/7", Status: status, RequestType: "application/json", RequestBody: []byte(body)}
	}
	own := func(x Exchange) Exchange {
		x.Own = true
		return x
	}
	for name, test := range map[string]struct {
		x    Exchange
		want string
	}{
		"in order":                    {list(`[{"name":"a","kind":"big","size":null,"tags":{"x":"y"},"of":["a"]}]`), ""},
		"nothing in it":               {list(`[]`), ""},
		"what one has":                {put(204, `{"name":"a"}`), ""},
		"what the other has":          {put(200, `{"name":"a"}`), ""},
		"what neither has":            {put(202, `{"name":"a"}`), "PUT /v2/shops/{id}: answer 202 not described"},
		"an unknown operation":        {Exchange{Method: "GET", Path: "/v2/x", Status: 200}, "GET /v2/x: not described"},
		"an operation of one":         {Exchange{Method: "DELETE", Path: "/v2/shops/7", Status: 204}, ""},
		"a literal before a value":    {Exchange{Method: "DELETE", Path: "/v2/shops/all", Status: 202}, ""},
		"another status of it":        {Exchange{Method: "DELETE", Path: "/v2/shops/7", Status: 409}, "DELETE /v2/shops/{id}: answer 409 not described"},
		"a reason":                    {Exchange{Method: "DELETE", Path: "/v2/shops/7", Status: 404}, ""},
		"what is not served":          {Exchange{Method: "GET", Path: "/v2/x", Status: 501}, ""},
		"what is not routed":          {Exchange{Method: "GET", Path: "/v2/x", Status: 404, AnswerBody: []byte("404 page not found\n")}, ""},
		"missing":                     {list(`[{}]`), "GET /v2/shops: answer 200 [].name missing"},
		"not described":               {list(`[{"name":"a","Name":"a"}]`), "GET /v2/shops: answer 200 [].Name not described"},
		"a reason, and another":       {list(`[{"name":"a","colour":"red","Name":"a"}]`), "GET /v2/shops: answer 200 [].Name not described"},
		"another kind":                {list(`[{"name":1}]`), "GET /v2/shops: answer 200 [].name is integer, not string"},
		"no whole number":             {list(`[{"name":"a","size":1.5}]`), "GET /v2/shops: answer 200 [].size is number, not integer"},
		"null":                        {list(`[{"name":null}]`), "GET /v2/shops: answer 200 [].name is null, not string"},
		"not listed":                  {list(`[{"name":"a","kind":"Big"}]`), `GET /v2/shops: answer 200 [].kind is "Big", which is not listed`},
		"of the second choice":        {list(`[{"name":"a","of":[1]}]`), "GET /v2/shops: answer 200 [].of[] is integer, not string"},
		"of any key":                  {list(`[{"name":"a","tags":{"x":1}}]`), "GET /v2/shops: answer 200 [].tags.* is integer, not string"},
		"an object, not a list":       {list(`{}`), "GET /v2/shops: answer 200 is object, not array"},
		"no JSON":                     {list(`[`), "GET /v2/shops: answer 200 is no JSON"},
		"no body":                     {list(``), "GET /v2/shops: answer 200 body missing"},
		"another type":                {Exchange{Method: "GET", Path: "/v2/shops", Status: 404, AnswerType: "application/json", AnswerBody: []byte(`""`)}, `GET /v2/shops: answer 404 type "application/json" not described`},
		"text":                        {Exchange{Method: "GET", Path: "/v2/shops", Status: 404, AnswerType: "text/plain", AnswerBody: []byte(`no`)}, ""},
		"a body where there is none":  {Exchange{Method: "DELETE", Path: "/v2/shops/7", Status: 204, AnswerType: "text/plain", AnswerBody: []byte(`no`)}, "DELETE /v2/shops/{id}: answer 204 body not described"},
		"a request without its body":  {put(204, ``), "PUT /v2/shops/{id}: request body missing"},
		"a request with another body": {put(204, `{"name":"a","more":1}`), "PUT /v2/shops/{id}: request .more not described"},
		"one of others is refused":    {put(400, `{}`), "PUT /v2/shops/{id}: answer 400 not described"},
		"our own is refused":          {own(put(400, `{}`)), "PUT /v2/shops/{id}: answer 400 not described\nPUT /v2/shops/{id}: request .name missing"},
		"our own is not served":       {own(Exchange{Method: "GET", Path: "/v2/x", Status: 501}), "GET /v2/x: not described"},
		"a body that none expects":    {Exchange{Method: "DELETE", Path: "/v2/shops/7", Status: 204, RequestBody: []byte("{}")}, "DELETE /v2/shops/{id}: request body not described"},
		"an unknown parameter":        {Exchange{Method: "DELETE", Path: "/v2/shops/7", Status: 204, Query: url.Values{"x": {"1"}}}, "DELETE /v2/shops/{id}: request ?x not described"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, strings.Join(open(t, tables).Validate(test.x), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParameters(t *testing.T) {
	for query, want := range map[string]string{
		"limit=10&sort=age": "",
		"limit=many":        "GET /v2/shops: request ?limit is string, not integer",
		"sort=colour":       `GET /v2/shops: request ?sort is "colour", which is not listed`,
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got := open(t, tables).Validate(Exchange{Method: "GET", Path: "/v2/shops", Query: values, Status: 200, AnswerType: "application/json", AnswerBody: []byte("[]")})
		if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func TestStale(t *testing.T) {
	book := open(t, tables)
	book.Validate(Exchange{Method: "DELETE", Path: "/v2/shops/7", Status: 204}) // requires none
	book.Validate(Exchange{Method: "GET", Path: "/v2/shops", Status: 200, AnswerType: "application/json", AnswerBody: []byte(`[{"name":"a","colour":"red"}]`)})
	want := []string{"DELETE *: answer 404 not described", "GET *: *.never not described"}
	if diff := cmp.Diff(want, book.UnusedExceptions()); diff != "" {
		t.Error(diff)
	}
}

func TestCoverage(t *testing.T) {
	served := func(names ...string) func(method, path string) bool {
		return func(method, path string) bool { return strings.Contains(strings.Join(names, "\n"), method+" "+path) }
	}
	if got := open(t, tables).Coverage(served("GET /v2/shops", "DELETE /v2/shops/{id}", "DELETE /v2/shops/all")); len(got) != 0 {
		t.Errorf("all is in order: %v", got)
	}
	want := []string{"DELETE /v2/shops/all is neither served nor listed as not served", "PUT /v2/shops/{id} is served, but listed as not served"}
	if diff := cmp.Diff(want, open(t, tables).Coverage(served("GET /v2/shops", "PUT /v2/shops/{id}", "DELETE /v2/shops/{id}"))); diff != "" {
		t.Error(diff)
	}
	stale := strings.Replace(tables, "`PUT *` | not yet |", "`PUT *` | not yet |\n| `PATCH *` | never |", 1)
	want = []string{"PATCH * is listed as not served, but no description has it"}
	if diff := cmp.Diff(want, open(t, stale).Coverage(served("GET /v2/shops", "DELETE /v2/shops/{id}", "DELETE /v2/shops/all"))); diff != "" {
		t.Error(diff)
	}
}

// TestWatching checks that client and server report the same exchange, and that
// it is unchanged.
func TestWatching(t *testing.T) {
	var seen []Exchange
	watch := func(x Exchange) { seen = append(seen, x) }
	server := httptest.NewServer(Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusTeapot)
		_ = r.Write(w)
	}), watch))
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/v2/a%2Fb?x=1", strings.NewReader("sent"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "text/x")
	answer, err := Transport(http.DefaultTransport, watch).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if len(seen) != 2 {
		t.Fatalf("seen %d", len(seen))
	}
	if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
		t.Error("the two sides differ: " + diff)
	}
	x := seen[0]
	if x.Path != "/v2/a%2Fb" || x.Query.Get("x") != "1" || string(x.RequestBody) != "sent" || x.RequestType != "text/x" || x.Status != 418 ||
		x.AnswerType != "text/plain" || !strings.HasSuffix(string(x.AnswerBody), "sent") {
		t.Errorf("%+v", x)
	}
}

// TestFactsAreWhole parses the published descriptions and resolves every type
// name.
func TestFactsAreWhole(t *testing.T) {
	book, err := Open(filepath.Join("..", "..", "testdata", "openapi"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{"any": true, "array": true, "boolean": true, "integer": true, "number": true, "object": true, "string": true}
	for i, d := range book.descriptions {
		if want := []int{76, 125}[i]; len(d.Operations) != want {
			t.Errorf("%d operations, not %d", len(d.Operations), want)
		}
		var look func(schema)
		look = func(s schema) {
			if s.name != "" && !kinds[s.name] {
				if _, found := d.Types[s.name]; !found {
					t.Errorf("there is no type %q", s.name)
				}
			}
			for _, m := range s.members {
				look(m.schema)
			}
			for _, c := range s.choice {
				look(c)
			}
			for _, inner := range []*schema{s.items, s.values} {
				if inner != nil {
					look(*inner)
				}
			}
		}
		for name, lazy := range d.Types {
			s, err := lazy.parse()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			look(s)
		}
		for name, text := range d.Operations {
			o, err := parseOperation(text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, content := range o.answers {
				for _, s := range content {
					look(s)
				}
			}
			for _, s := range o.body {
				look(s)
			}
		}
	}
}
