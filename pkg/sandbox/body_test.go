package sandbox

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// wordsOfGo are words that no answer of the service has.
var wordsOfGo = regexp.MustCompile(`sandbox\.|\bGo |struct|\[\]|map\[|\bint\d*\b|\bslice|reflect|strconv|2006-01|json:`)

// TestBodiesOfOtherTypes replaces the body of each request, and each value of
// the bodies of fixtures, by values of other types. No answer may name types of
// this program.
func TestBodiesOfOtherTypes(t *testing.T) {
	w := newTestSandbox(t)
	db := w.databases("")[0].ID
	send := func(method, path string, body any) {
		t.Helper()
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		got := record(w.server, w.request(method, path, string(data)))
		if got.status == 500 || got.status >= 400 && wordsOfGo.Match(got.body) {
			t.Errorf("%s %s %s: %d %s", method, path, data, got.status, got.body)
		}
	}
	values := strings.NewReplacer("{databaseID}", db, "{orgID}", w.status.OrgID, "{userID}", w.users()[1].UserID, "{datacenter}", db+"-1")
	rest := regexp.MustCompile(`\{[A-Za-z]+\}`)
	for _, r := range endpoints() {
		if r.method == "GET" || strings.HasSuffix(r.path, "/terminate") {
			continue
		}
		path := rest.ReplaceAllString(values.Replace(r.path), "x")
		for _, body := range []any{nil, "x", 1.5, true, []any{}, object{}, []any{object{}}, []any{1.5}} {
			send(r.method, path, body)
		}
	}
	for name, path := range map[string]string{
		"POST_v2_databases":                 "/v2/databases",
		"POST_v2_databases_datacenters":     "/v2/databases/" + db + "/datacenters",
		"POST_v2_databases_access-list":     "/v2/databases/" + db + "/access-list",
		"PATCH_v2_databases_access-list":    "/v2/databases/" + db + "/access-list",
		"POST_v2_clientIdSecrets":           "/v2/clientIdSecrets",
		"POST_v2_kms":                       "/v2/kms",
		"POST_v2_organizations_roles":       "/v2/organizations/roles",
		"POST_v2_pcus_actions_get":          "/v2/pcus/actions/get",
		"POST_v2_enterprises_consumption":   "/v2/enterprises/consumption",
		"POST_v2_enterprises_organizations": "/v2/enterprises/organizations",
		"PUT_v2_organizations_users":        "/v2/organizations/users",
	} {
		method, _, _ := strings.Cut(name, "_")
		for _, body := range withOtherTypes(read[any](t, string(fixture(t, name+".request.json")))) {
			send(method, path, body)
		}
	}
}

// withOtherTypes returns a JSON value with each value in it, and itself, replaced
// by values of other types in turn.
func withOtherTypes(value any) []any {
	all := []any{nil, "x", -1.5, false, []any{1.5}, object{"x": 1.5}}
	switch v := value.(type) {
	case object:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			for _, other := range withOtherTypes(v[key]) {
				changed := maps.Clone(v)
				changed[key] = other
				all = append(all, changed)
			}
		}
	case []any:
		for i := range v {
			for _, other := range withOtherTypes(v[i]) {
				changed := slices.Clone(v)
				changed[i] = other
				all = append(all, changed)
			}
		}
	}
	return all
}

// TestDescribedBodies sends each request body of the published descriptions with
// all of its keys. It may be refused for a value, but not for a key or a type.
func TestDescribedBodies(t *testing.T) {
	w := newTestSandbox(t)
	refusal := regexp.MustCompile(`unknown field|unexpected (string|number|bool|object|array)|is unknown|wrong type`)
	seen := 0
	for _, name := range []string{"client.json", "docs.json"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "openapi", name))
		if err != nil {
			t.Fatal(err)
		}
		d := read[struct {
			Operations map[string]map[string]any
			Types      object
		}](t, string(text))
		for operation, parts := range d.Operations {
			method, path, _ := strings.Cut(operation, " ")
			path = regexp.MustCompile(`\{[A-Za-z]+\}`).ReplaceAllString(strings.ReplaceAll(path, "{databaseID}", w.databases("")[0].ID), "x")
			body, _ := cmp.Or(parts["body"], parts["body*"]).(object)
			if _, _, served := w.server.match(method, &url.URL{Path: path}); !served {
				continue
			}
			for _, value := range described(d.Types, body["application/json"], 0) {
				data, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(data), "secret_key") {
					continue // required, but described as secret
				}
				seen++
				if got := record(w.server, w.request(method, path, string(data))); refusal.Match(got.body) {
					t.Errorf("%s: %s %s: %s", name, operation, data, got.body)
				}
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d bodies", seen)
	}
}

// described returns a value for each alternative of a schema in the format of
// testdata/openapi/README.md.
func described(types object, schema any, depth int) []any {
	if depth > 8 {
		return []any{nil}
	}
	switch s := schema.(type) {
	case string:
		switch kind := strings.TrimSuffix(s, "?"); {
		case strings.HasPrefix(kind, "="):
			word, _, _ := strings.Cut(kind[1:], "|")
			return []any{word}
		case types[kind] != nil:
			return described(types, types[kind], depth+1)
		case kind == "string", kind == "any":
			return []any{"2026-01-02T03:04:05Z"}
		case kind == "boolean":
			return []any{true}
		default:
			return []any{1}
		}
	case []any:
		var all []any
		for _, item := range described(types, s[0], depth+1) {
			all = append(all, []any{item})
		}
		return all
	case object:
		if choice, ok := s["|"].([]any); ok {
			var all []any
			for _, one := range choice {
				all = append(all, described(types, one, depth+1)...)
			}
			return all
		}
		all := []any{object{}}
		for _, key := range slices.Sorted(maps.Keys(s)) {
			var next []any
			for _, value := range described(types, s[key], depth+1) {
				for _, one := range all {
					changed := maps.Clone(one.(object))
					changed[strings.TrimSuffix(key, "*")] = value
					next = append(next, changed)
				}
			}
			all = next
		}
		return all
	}
	return nil
}

func TestRefusedBodyNamesTheKey(t *testing.T) {
	w := newTestSandbox(t)
	for body, want := range map[string]string{
		`[]`: "unexpected array; expected object",
		strings.Replace(newVector, ":1", `:"1"`, 1):         "capacityUnits: unexpected string; expected number",
		strings.Replace(newVector, `"vector"`, "true", 1):   "dbType: unexpected bool; expected string",
		strings.Replace(newVector, `"shop"`, `["shop"]`, 1): "name: unexpected array; expected string",
	} {
		if got := record(w.server, w.request("POST", "/v2/databases", body)); got.status != 400 || !strings.Contains(string(got.body), "invalid request body: "+want+`"`) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}
