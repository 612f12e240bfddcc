package api

import (
	"encoding/json"
	"testing"
)

func TestHideSecrets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"token" : "a\"b", "n":1.50 }`:                            `{"token" : "[secret]", "n":1.50 }`,
		`{"kafka":{"sasl_password":"x","topic":"t"}}`:              `{"kafka":{"sasl_password":"[secret]","topic":"t"}}`,
		`{"Secret":7,"api-key":-1.5,"secretKey":true}`:             `{"Secret":"[secret]","api-key":"[secret]","secretKey":true}`,
		`{"token":["a",["b"],{"c":"d"}],"e":"f"}`:                  `{"token":["[secret]",["[secret]"],{"c":"[secret]"}],"e":"f"}`,
		`{"token":{"id":"x","n":1,"b":true},"id":"y"}`:             `{"token":{"id":"[secret]","n":"[secret]","b":true},"id":"y"}`,
		`{"tokens":["a"],"secrets":{"k":{"l":"m"},"o":7}}`:         `{"tokens":["[secret]"],"secrets":{"k":{"l":"[secret]"},"o":"[secret]"}}`,
		`{"credentials":"a","jwt":"b","Authorization":"c"}`:        `{"credentials":"[secret]","jwt":"[secret]","Authorization":"[secret]"}`,
		`{"client_secret_key":"a","passwd":"b","pulsarToken":"c"}`: `{"client_secret_key":"[secret]","passwd":"[secret]","pulsarToken":"[secret]"}`,
		`{"oauth2_credentials_url":"https://u:p@h/c"}`:             `{"oauth2_credentials_url":"[secret]"}`,
		`{"url":"https:\/\/u:p@h/c?a=b@c","n":1}`:                  `{"url":"https://[secret]@h/c?a=b@c","n":1}`,
		`{"clients":[{"clientId":"a","tokenExpiry":"b"}]}`:         `{"clients":[{"clientId":"a","tokenExpiry":"b"}]}`,
		`{"tags":[{"key":"a","value":"b"}],"keys":["c"]}`:          `{"tags":[{"key":"a","value":"b"}],"keys":["c"]}`,
		`{"note":"is eyJhbGciOi.eyJzdWIi.c2ln or so"}`:             `{"note":"is [secret] or so"}`,
		`"eyJhbGciOi.eyJzdWIi.c2ln"`:                               `"[secret]"`,
		"eyJhbGciOi.eyJzdWIi.c2ln\n":                               "[secret]\n",
		"see https://u:p@h/x\n":                                    "see https://[secret]@h/x\n",
		"{\"token\":\"a\"}\n{\"token\":\"b\"}\n":                   "{\"token\":\"[secret]\"}\n{\"token\":\"[secret]\"}\n",
		"\ufeff{\"token\":\"a\"}":                                  `{"token":"[secret]"}`,
		`[{"keyspace":"a","keyId":"b","tokenExpiry":"c"}]`:         `[{"keyspace":"a","keyId":"b","tokenExpiry":"c"}]`,
		`{"token":null,"password":"","a":"token","b":"x"}`:         `{"token":null,"password":"","a":"token","b":"x"}`,
		`"token"`: `"token"`, `["token","x"]`: `["token","x"]`, `not JSON "token":"x"`: `not JSON "token":"x"`, "": "",
		`{"password":"cut of`: `{"password"[secret]`, `{"password":"a","b`: `{"password":"[secret]","b`,
		"{\"to\\u006ben\":\"x\"}\n": "{\"to\\u006ben\":\"[secret]\"}\n",
	} {
		got, _ := hideSecrets([]byte(text))
		if string(got) != want {
			t.Errorf("%s: %s", text, got)
		}
		if again, hidden := hideSecrets(got); string(again) != want && hidden > 0 {
			t.Errorf("%s again: %s", got, again)
		}
		if json.Valid([]byte(text)) && !json.Valid(got) {
			t.Errorf("%s: %s is not JSON", text, got)
		}
	}
}

func TestBuildTree(t *testing.T) {
	t.Parallel()
	build := func(pairs ...string) (string, error) {
		var fields []field
		for i := 0; i < len(pairs); i += 2 {
			fields = append(fields, field{name: pairs[i], keys: splitName(pairs[i]), value: parseValue(pairs[i+1])})
		}
		tree, err := buildTree(fields)
		text, _ := json.Marshal(tree)
		return string(text), err
	}
	for _, test := range []struct {
		pairs []string
		want  string
	}{
		{[]string{"a", "x", "b", "true", "c", "null", "d", "1.50", "e", "-0", "f", "007", "g", "1e5", "h", ""}, `{"a":"x","b":true,"c":null,"d":1.50,"e":-0,"f":"007","g":"1e5","h":""}`},
		{[]string{"p[a]", "1", "p[b][c]", "2", "p[l][]", "3", "p[l][]", "4"}, `{"p":{"a":1,"b":{"c":2},"l":[3,4]}}`},
		{[]string{"12345678901234567890", "12345678901234567890"}, `{"12345678901234567890":12345678901234567890}`},
	} {
		if got, err := build(test.pairs...); err != nil || got != test.want {
			t.Errorf("%v: %s, %v", test.pairs, got, err)
		}
	}
	tree, err := buildTree([]field{{keys: []string{"a", ""}, isEmpty: true}, {keys: []string{"a", ""}, value: "x"}, {keys: []string{"b", "c", ""}, isEmpty: true}})
	if text, _ := json.Marshal(tree); err != nil || string(text) != `{"a":["x"],"b":{"c":[]}}` {
		t.Errorf("%s, %v", text, err)
	}
	for _, pairs := range [][]string{{"a", "1", "a", "2"}, {"a", "1", "a[b]", "2"}, {"a", "1", "a[]", "2"}, {"a[]", "1", "a[b]", "2"}, {"a[][b]", "1"}, {"a[b]", "1", "a", "2"}} {
		if got, err := build(pairs...); err == nil {
			t.Errorf("%v: %s", pairs, got)
		}
	}
	for _, name := range []string{"", "[a]", "a[", "a]", "a[b", "a[b]c", "a[[b]]"} {
		if keys := splitName(name); keys != nil {
			t.Errorf("%q: %v", name, keys)
		}
	}
}
