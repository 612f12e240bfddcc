package role

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/iam"
)

func TestParseDocument(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{``, "the document is empty"},
		{`null`, ""},
		{`[]`, "expected a JSON object, not array"},
		{`{"permissions": "View DB"}`, "permissions cannot be a JSON string"},
		{`{"scopes": [{"database": 7}]}`, "scopes.database cannot be a JSON number"},
		{`{"name": `, "unexpected EOF"},
		{`{}`, ""},
		{`{} {}`, "unexpected text after the role"},
		{`{"permission": []}`, `unknown field "permission"`},
		{`{"permissions": ["View DB", "org-db-view", "org-new-thing"]}`, ""},
		{`{"permissions": ["View BD"]}`, "unknown permission"},
		{`{"permissions": [""]}`, "unknown permission"},
		{`{"resources": ["db:x"]}`, "not an Astra resource name"},
		{`{"scopes": [{"database": "*"}]}`, ""},
		{`{"scopes": []}`, "the list is empty, so the role would apply nowhere"},
		{`{"resources": []}`, "the list is empty, so the role would apply nowhere"},
		{`{"resources": [], "scopes": [{"database": "*"}]}`, "the list is empty, so the role would apply nowhere"},
		{`{"resources": ["drn:astra:org:o"], "scopes": []}`, ""},
		{`{"scopes": [{}]}`, "has no database"},
		{`{"scopes": [{"keyspace": "app"}]}`, "has no database"},
		{`{"scopes": [{"database": "d", "table": "t"}]}`, "without a keyspace"},
		{`{"scopes": [{"database": "d", "keyspace": "a:b"}]}`, "contains a colon"},
		{`{"scopes": [{"drn": "drn:astra:org:o", "database": null}]}`, ""},
		{`{"scopes": [{"drn": "x"}]}`, "not an Astra resource name"},
	} {
		_, err := parseDocument([]byte(test.text))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: want %q, got %q", test.text, test.want, got)
		}
	}
}

// FuzzDocument checks that parsing is idempotent, that Portal names are
// converted to API parameters, and that nothing is added.
func FuzzDocument(f *testing.F) {
	f.Add(`{"name": "a", "permissions": ["View DB"], "resources": ["drn:astra:org:o"]}`)
	f.Add(`{"description": null, "scopes": [{"database": "*", "keyspace": "k"}], "holders": [{}]}`)
	f.Add(`{"scopes": [{"drn": "drn:astra:org:o:db:*", "database": "*", "keyspace": null, "table": null}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		first, err := parseDocument([]byte(text))
		if err != nil {
			return
		}
		for _, p := range first.Permissions {
			if !parameter().MatchString(p) {
				t.Errorf("%q is no parameter", p)
			}
		}
		for _, r := range first.Resources {
			if d, err := iam.ParseDRN(r); err != nil || d.String() != r {
				t.Errorf("%q: %v", r, err)
			}
		}
		for _, s := range first.Scopes {
			if s.DRN == "" && s.Database == "" {
				t.Error("a scope without a database would be every database")
			}
		}
		again, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := parseDocument(again)
		if err != nil {
			t.Fatalf("%v of %s", err, again)
		}
		if diff := cmp.Diff(first, second, cmp.Comparer(func(_, _ json.RawMessage) bool { return true })); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUncovered(t *testing.T) {
	const o = "drn:astra:org:o"
	for _, test := range []struct{ these, those, want string }{
		{o, o, ""},
		{o + ":db:*", o + ":db:d", ""},
		{o + ":db:d", o + ":db:*", o + ":db:*"},
		{o + ":db:*", o + ":db:d:keyspace:k", o + ":db:d:keyspace:k"},
		{o + ":db:* " + o + ":db:*:keyspace:*", o + ":db:d:keyspace:k " + o + ":db:e", ""},
		{"", "garbage", "garbage"},
		{"garbage", "garbage", ""},
	} {
		got := strings.Join(subtractResources(strings.Fields(test.these), strings.Fields(test.those)), " ")
		if got != test.want {
			t.Errorf("%s over %s: want %q, got %q", test.those, test.these, test.want, got)
		}
	}
}

func TestGrid(t *testing.T) {
	want := []iam.Scope{{Database: "d", Keyspace: "a", Table: "t"}, {Database: "d", Keyspace: "a", Table: "u"}, {Database: "d", Keyspace: "b", Table: "t"}, {Database: "d", Keyspace: "b", Table: "u"}}
	if diff := cmp.Diff(want, combinations("d", []string{"a", "b"}, []string{"t", "u"})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]iam.Scope{{Database: "d"}}, combinations("d", nil, nil)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestCount(t *testing.T) {
	user, token := holder{Kind: "user"}, holder{Kind: "token"}
	for want, holders := range map[string][]holder{
		"no users or tokens": nil, "1 user": {user}, "2 tokens": {token, token}, "2 users and 1 token": {user, token, user},
	} {
		if got := countHolders(holders); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}
