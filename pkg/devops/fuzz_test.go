package devops

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

func discardLogger() *log.Logger { return log.New(io.Discard, "", 0) }

func FuzzMessage(f *testing.F) {
	for _, name := range []string{"error_envelope.json", "error_null.json", "error_string.json", "error_text.txt"} {
		f.Add("application/json", []byte(fixture(f, name)))
	}
	f.Add("text/html", []byte("<html>"))
	f.Add("", []byte(`{"errors":[{"ID":1e99,"message":null},7,"x"],"message":{"a":[]},"error":5}`))
	f.Add("text/plain", []byte("\xff\xfe\n\n"+strings.Repeat("\u00e4", 600)))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		text, _ := message(http.Header{"Content-Type": {kind}}, body)
		if !utf8.ValidString(text) || strings.Contains(text, "\n") || utf8.RuneCountInString(text) > maxMessage+1 {
			t.Errorf("%q", text)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{
		"GET_v2_organizations_users.json", "GET_v2_organizations_roles.json", "GET_v2_organizations_role.json", "GET_v2_clientIdSecrets.json",
		"POST_v2_clientIdSecrets.json", "GET_v2_databases.json", "GET_v2_currentOrg.json", "POST_v2_enterprises_organizations.json",
	} {
		f.Add([]byte(fixture(f, name)))
	}
	f.Add([]byte(`{"clients":[null,{"clientId":"x","roles":null,"generatedOn":{}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		checkDecode[membersResponse](t, body)
		checkDecode[userResponse](t, body)
		checkDecode[rolesResponse](t, body)
		checkDecode[tokensResponse](t, body)
		checkDecode[databasesResponse](t, body)
		checkDecode[orgResponse](t, body)
		made, err := parseCredential(body)
		if err == nil && (!isPrintable(made.Secret.Reveal()) || !strings.Contains(made.Token.Reveal(), ":"+made.ClientID+":")) {
			t.Errorf("taken for a credential: %q", body)
		}
		_ = withPartialCredential(&Error{kind: ErrOutcomeUnknown}, body)
	})
}

func checkDecode[W decoder[T], T any](t *testing.T, body []byte) {
	var doc W
	if json.Unmarshal(body, &doc) == nil {
		if v, ok := doc.value(); ok {
			if _, err := json.Marshal(v); err != nil {
				t.Error(err)
			}
		}
	}
}
