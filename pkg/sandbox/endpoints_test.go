package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	formJSON = "application/json; charset=UTF-8"
	formText = "text/plain; charset=utf-8"
	formNone = ""
)

// TestRequests sends each request to a new sandbox, in-process and over HTTP.
// ORG, OWNER, VIEWER, DEMO, ROLE, CLIENT and SELF stand for IDs; body is a
// pattern for the whole body.
func TestRequests(t *testing.T) {
	uuid := `[0-9a-f-]{36}`
	envelopeOf := func(id int, message string) string {
		return fmt.Sprintf(`\{"errors":\[\{"ID":%d,"message":"%s"\}\]\}`, id, message)
	}
	noToken := envelopeOf(340002, "no bearer token in request")
	malformed := envelopeOf(340016, `Resource, token, was malformed. Error: auth-manager returned 400 for call %s/v2/admin/tokens\?%s`)
	unknown := envelopeOf(340018, `Resource not found: token with identifier: auth-manager returned 404 for call %s/v2/admin/tokens\?%s`)
	invite := `{"email":"new@example.com","orgID":"ORG","roles":["ROLE"]}`
	newRole := `{"name":"Other","policy":{"description":"","resources":[],"actions":["new-action"],"effect":"allow"}}`
	edited := func(old, new string) string { return strings.Replace(newRole, old, new, 1) }
	newOrg := `{"name":"Daughter","email":"d@example.com","adminUserID":"OWNER"}`
	forever := ".*"

	tests := []struct {
		name, as, request, body string
		status                  int
		kind, answer            string
	}{
		// Authentication.
		{"no token", "", "GET /v2/currentOrg", "", 401, formJSON, noToken},
		{"no token for a role", "", "GET /v2/organizations/roles/ROLE", "", 401, formJSON, noToken},
		{"a malformed token", "AstraCS:x", "GET /v2/currentOrg", "", 401, formJSON, malformed},
		{"an unknown token", otherToken, "GET /v2/currentOrg", "", 401, formJSON, unknown},
		{"an unknown token for text errors", otherToken, "POST /v2/clientIdSecrets", "{}", 401, formJSON, unknown},
		{"an unknown token for databases", otherToken, "GET /v2/databases", "", 401, formJSON, unknown},
		{"a wrong tail", "WRONG", "GET /v2/currentOrg", "", 401, formJSON, unknown},

		// Unknown paths and IDs.
		{"an unknown path", "ADMIN", "GET /v2/nothing/here", "", 404, formText, "404 page not found\n"},
		{"an unknown path without a token", "", "GET /v2/nothing/here", "", 404, formText, "404 page not found\n"},
		{"an unknown method", "ADMIN", "PATCH /v2/currentOrg", "", 404, formText, "404 page not found\n"},
		{"a path of version 3", "ADMIN", "GET /v3/currentOrg", "", 404, formText, forever},
		{"a trailing slash", "ADMIN", "GET /v2/currentOrg/", "", 404, formText, forever},

		// The organization.
		{"currentOrg", "ADMIN", "GET /v2/currentOrg", "", 200, formJSON, `{"id":"ORG"}`},
		{"currentOrg without v2", "ADMIN", "GET /currentOrg", "", 200, formJSON, `{"id":"ORG"}`},
		{"currentOrg needs no permission", "SERVICE", "GET /v2/currentOrg", "", 200, formJSON, `{"id":"ORG"}`},
		{
			"new organization", "ADMIN", "POST /v2/enterprises/organizations", newOrg, 201, formJSON,
			`{"OrganizationName":"Daughter","OrganizationID":"` + uuid + `","OrganizationEmail":"d@example.com","MarketplaceData":null,` +
				`"CreatedAt":"2026-02-03T04:05:06.789012345Z","LastModified":"2026-02-03T04:05:06.789012345Z","OrgType":"organization",` +
				`"EnterpriseId":"` + uuid + `","OrganizationGroupId":"` + uuid + `"}`,
		},
		{"no enterprise rights", "READER", "POST /v2/enterprises/organizations", newOrg, 403, formText, "the token has no enterprise rights"},
		{"new organization without a name", "ADMIN", "POST /v2/enterprises/organizations", `{}`, 400, formText, "name is required"},
		{"new organization of nobody", "ADMIN", "POST /v2/enterprises/organizations", strings.Replace(newOrg, "OWNER", unknownID, 1), 404, formText, "user .* not found"},
		{"new organization elsewhere", "ADMIN", "POST /v2/enterprises/organizations", strings.Replace(newOrg, "{", `{"enterpriseID":"`+unknownID+`",`, 1), 403, formText, forever},

		// Users.
		{
			"users", "READER", "GET /v2/organizations/users", "", 200, formJSON,
			`{"OrgID":"ORG","OrgName":"Sandbox Org","Users":\[{"UserID":"OWNER","Email":"owner@example.com","Status":"active",` +
				`"Roles":\[{"ID":"` + uuid + `","Name":"Organization Administrator"}\]},.*}\]}`,
		},
		{"user", "READER", "GET /v2/organizations/users/OWNER", "", 200, formJSON, `{"UserID":"OWNER","Email":"owner@example.com","Status":"active","Roles":.*}`},
		{"unknown user", "READER", "GET /v2/organizations/users/" + unknownID, "", 404, formJSON, envelopeOf(404, "user .* not found")},
		{"a user by address", "READER", "GET /v2/organizations/users/owner@example.com", "", 404, formJSON, forever},
		{"users without permission", "SERVICE", "GET /v2/organizations/users", "", 403, formJSON, envelopeOf(403, "missing permission org-user-read")},
		{"invite", "ADMIN", "PUT /v2/organizations/users", invite, 200, formNone, ""},
		{"invite with another key case", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, "orgID", "OrgID", 1), 200, formNone, ""},
		{"invite without permission", "READER", "PUT /v2/organizations/users", invite, 403, formJSON, envelopeOf(403, "missing permission org-user-write")},
		{"invite with an unknown key", "ADMIN", "PUT /v2/organizations/users", `{"mail":"x@example.com"}`, 400, formJSON, `.*unknown field.*mail.*`},
		{"invite without a body", "ADMIN", "PUT /v2/organizations/users", "", 400, formJSON, envelopeOf(400, "the request needs a JSON body")},
		{"invite with two bodies", "ADMIN", "PUT /v2/organizations/users", "{}{}", 400, formJSON, forever},
		{"invite with a list", "ADMIN", "PUT /v2/organizations/users", "[]", 400, formJSON, forever},
		{"invite of no address", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, "new@example.com", "new", 1), 400, formJSON, forever},
		{"invite into no organization", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, "ORG", "", 1), 400, formJSON, forever},
		{"invite into another organization", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, "ORG", unknownID, 1), 403, formJSON, forever},
		{"invite with no roles", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, `"ROLE"`, "", 1), 400, formJSON, forever},
		{"invite with the name of a role", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, "ROLE", "Custom", 1), 400, formJSON, forever},
		{"invite with an unknown role", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, "ROLE", unknownID, 1), 404, formJSON, forever},
		{"too large", "ADMIN", "PUT /v2/organizations/users", strings.Replace(invite, "new", strings.Repeat("n", 1<<20), 1), 413, formJSON, forever},
		{"roles of a user", "ADMIN", "PUT /v2/organizations/users/VIEWER/roles", `{"roles":["ROLE","ROLE"]}`, 204, formNone, ""},
		{"roles of an unknown user", "ADMIN", "PUT /v2/organizations/users/" + unknownID + "/roles", `{"roles":["ROLE"]}`, 404, formJSON, forever},
		{"no roles of a user", "ADMIN", "PUT /v2/organizations/users/VIEWER/roles", `{"roles":[]}`, 400, formJSON, forever},
		{"remove a user", "ADMIN", "DELETE /v2/organizations/users/VIEWER", "", 204, formNone, ""},
		{"remove an unknown user", "ADMIN", "DELETE /v2/organizations/users/" + unknownID, "", 404, formJSON, forever},
		{"remove a user without permission", "READER", "DELETE /v2/organizations/users/VIEWER", "", 403, formJSON, forever},

		// Roles.
		{
			"roles", "ADMIN", "GET /v2/organizations/roles", "", 200, formJSON,
			`\[{"id":"b4ed0e9e-67e8-47b6-8b58-c6629be961a9","name":"R/W Svc Acct","policy":{"description":"R/W Svc Acct",` +
				`"resources":\["drn:astra:org:__ORG_ID__",.*\],"actions":\[.*\],"effect":"allow"},` +
				`"last_update_date_time":"0001-01-01T00:00:00Z","last_update_user_id":""},.*{"id":"ROLE",.*"last_update_date_time":"2026-02-03T04:05:06Z",.*}\]`,
		},
		{"roles without permission", "READER", "GET /v2/organizations/roles", "", 403, formJSON, envelopeOf(403, "missing permission org-role-read")},
		{"role", "ADMIN", "GET /v2/organizations/roles/ROLE", "", 200, formJSON, `{"id":"ROLE","name":"Custom","policy":.*}`},
		{"role without permission", "READER", "GET /v2/organizations/roles/ROLE", "", 403, formJSON, `"missing permission org-role-read"`},
		{"unknown role", "ADMIN", "GET /v2/organizations/roles/" + unknownID, "", 404, formJSON, `"role .* not found"`},
		{"no role id", "ADMIN", "GET /v2/organizations/roles/Custom", "", 400, formJSON, `".*Custom.* is not a role id"`},
		{
			"new role", "ADMIN", "POST /v2/organizations/roles", newRole, 201, formJSON,
			`{"OrgID":"ORG","ID":"` + uuid + `","Name":"Other","Policy":{"Description":"","Resources":\[\],"Actions":\["new-action"\],"Effect":"allow"},` +
				`"LastUpdateDateTime":"2026-02-03T04:05:06Z","LastUpdateUserID":"SELF"}`,
		},
		{"new role without permission", "READER", "POST /v2/organizations/roles", newRole, 403, formJSON, `"missing permission org-role-write"`},
		{"a name twice", "ADMIN", "POST /v2/organizations/roles", edited("Other", "CUSTOM"), 409, formJSON, `"a role named \\"Custom\\" exists already"`},
		{"the name of a default role", "ADMIN", "POST /v2/organizations/roles", edited("Other", "RO User"), 409, formJSON, forever},
		{"new role that denies", "ADMIN", "POST /v2/organizations/roles", edited("allow", "deny"), 400, formJSON, `".*"`},
		{"new role without a name", "ADMIN", "POST /v2/organizations/roles", edited("Other", ""), 400, formJSON, `".*"`},
		{"new role without a policy", "ADMIN", "POST /v2/organizations/roles", `{"name":"Other"}`, 400, formJSON, `".*"`},
		{"new role without a description", "ADMIN", "POST /v2/organizations/roles", edited(`"description":"",`, ""), 400, formJSON, `".*"`},
		{"new role without resources", "ADMIN", "POST /v2/organizations/roles", edited(`"resources":[],`, ""), 400, formJSON, `".*"`},
		{"new role without actions", "ADMIN", "POST /v2/organizations/roles", edited(`"new-action"`, ""), 400, formJSON, `".*"`},
		{"new role with an empty action", "ADMIN", "POST /v2/organizations/roles", edited(`new-action`, ""), 400, formJSON, `".*"`},
		{"new role for what is no resource", "ADMIN", "POST /v2/organizations/roles", edited("[]", `["drn:aws:x"]`), 400, formJSON, `".*"`},
		{"new role for another organization", "ADMIN", "POST /v2/organizations/roles", edited("[]", `["drn:astra:org:`+unknownID+`"]`), 400, formJSON, `".*"`},
		{"change a role", "ADMIN", "PUT /v2/organizations/roles/ROLE", newRole, 200, formNone, ""},
		{"change a role to a name taken", "ADMIN", "PUT /v2/organizations/roles/ROLE", edited("Other", "RO User"), 400, formJSON, `".*exists already"`},
		{"change a default role", "ADMIN", "PUT /v2/organizations/roles/" + roUser, newRole, 403, formJSON, `"the default role .*"`},
		{"change an unknown role", "ADMIN", "PUT /v2/organizations/roles/" + unknownID, newRole, 404, formJSON, `".*"`},
		{"delete a role", "ADMIN", "DELETE /v2/organizations/roles/ROLE", "", 204, formNone, ""},
		{"delete a default role", "ADMIN", "DELETE /v2/organizations/roles/" + roUser, "", 403, formJSON, `"the default role .*"`},
		{"delete an unknown role", "ADMIN", "DELETE /v2/organizations/roles/" + unknownID, "", 404, formJSON, `".*"`},
		{"delete a role without permission", "READER", "DELETE /v2/organizations/roles/ROLE", "", 403, formJSON, `"missing permission org-role-delete"`},

		// Tokens.
		{
			"tokens", "ADMIN", "GET /v2/clientIdSecrets", "", 200, formJSON,
			`{"clients":\[{"clientId":"SELF","roles":\["` + uuid + `"\],"generatedOn":"2026-02-03T04:05:06.789Z","description":"sandbox administrator","tokenExpiry":null},.*\]}`,
		},
		{"tokens by the other path", "ADMIN", "GET /v2/tokens", "", 200, formJSON, `{"clients":\[.*\]}`},
		{"tokens without permission", "READER", "GET /v2/clientIdSecrets", "", 403, formJSON, envelopeOf(403, "missing permission org-token-read")},
		{
			"new token", "ADMIN", "POST /v2/clientIdSecrets", `{"roles":["ROLE"],"orgId":"ORG","description":"d","tokenExpiry":"2026-02-04T05:05:06+01:00"}`, 200, formJSON,
			`{"clientId":"[A-Za-z]{24}","secret":"[A-Za-z0-9.,_+~-]{128}","orgId":"ORG","roles":\["ROLE"\],"token":"AstraCS:[A-Za-z]{24}:[0-9a-f]{64}",` +
				`"generatedOn":"2026-02-03T04:05:06.789012345Z","tokenExpiry":"2026-02-04T04:05:06Z","description":"d"}`,
		},
		{"new token by the other path", "ADMIN", "POST /v2/tokens", `{"roles":["ROLE"],"tokenExpiry":null}`, 200, formJSON, `{"clientId":[^}]*"generatedOn":"[^"]*"}`},
		{"new token without permission", "READER", "POST /v2/tokens", `{"roles":["ROLE"]}`, 403, formText, "missing permission org-token-write"},
		{"new token without roles", "ADMIN", "POST /v2/tokens", `{}`, 400, formText, "at least one role is required"},
		{"new token with the name of a role", "ADMIN", "POST /v2/tokens", `{"roles":["write"]}`, 400, formText, forever},
		{"new token with an unknown role", "ADMIN", "POST /v2/tokens", `{"roles":["` + unknownID + `"]}`, 404, formText, "role .* not found"},
		{"new token for another organization", "ADMIN", "POST /v2/tokens", `{"roles":["ROLE"],"orgId":"` + unknownID + `"}`, 403, formText, forever},
		{"new token with an expiry that is no time", "ADMIN", "POST /v2/tokens", `{"roles":["ROLE"],"tokenExpiry":"tomorrow"}`, 400, formText, forever},
		{"new token that has expired", "ADMIN", "POST /v2/tokens", `{"roles":["ROLE"],"tokenExpiry":"2026-02-03T04:05:06Z"}`, 400, formText, forever},
		{"new token with an unknown key", "ADMIN", "POST /v2/tokens", `{"roles":["ROLE"],"name":"x"}`, 400, formText, ".*unknown field.*"},
		{"delete a token", "ADMIN", "DELETE /v2/clientIdSecrets/CLIENT", "", 204, formNone, ""},
		{"delete an unknown token", "ADMIN", "DELETE /v2/clientIdSecrets/Unknown", "", 404, formJSON, envelopeOf(404, "token Unknown not found")},
		{"delete a token without permission", "READER", "DELETE /v2/clientIdSecrets/CLIENT", "", 403, formJSON, forever},

		// Databases.
		{"databases", "READER", "GET /v2/databases", "", 200, formJSON, `\[{"id":"DEMO",.*},{.*}\]`},
		{"databases without permission", "SERVICE", "GET /v2/databases", "", 401, formJSON, "null"},
		{"database", "READER", "GET /v2/databases/DEMO", "", 200, formJSON, `{"id":"DEMO","orgId":"ORG","ownerId":"OWNER","info":{"name":"demo","keyspace":"app","keyspaces":\["app"\],.*}`},
		{"database without permission", "SERVICE", "GET /v2/databases/DEMO", "", 401, formJSON, "null"},
		{"unknown database", "READER", "GET /v2/databases/" + unknownID, "", 404, formJSON, envelopeOf(404, "database .* not found")},
		{"no database id", "READER", "GET /v2/databases/invalid", "", 404, formJSON, forever},
		{"a wildcard is no database", "READER", "GET /v2/databases/*", "", 404, formJSON, forever},
	}
	for _, test := range tests {
		for _, over := range []string{"in-process", "HTTP"} {
			t.Run(test.name+"/"+over, func(t *testing.T) {
				t.Parallel()
				w := newTestSandbox(t)
				if over == "HTTP" {
					w.overHTTP()
				}
				names := w.names()
				fill := strings.NewReplacer(names...).Replace
				token, known := map[string]string{
					"ADMIN": w.status.Token, "WRONG": w.status.Token[:90] + "0000000",
					"READER": w.newToken(roUser).Token, "SERVICE": w.newToken(roService).Token,
				}[test.as]
				if !known {
					token = test.as
				}
				method, path, _ := strings.Cut(fill(test.request), " ")
				got := w.send(method, path, token, fill(test.body))
				if got.status != test.status || got.kind != test.kind {
					t.Errorf("status %d, type %q; want %d, %q", got.status, got.kind, test.status, test.kind)
				}
				if !regexp.MustCompile("^(?s:" + fill(test.answer) + ")$").MatchString(got.body) {
					t.Errorf("body %s\nwant %s", got.body, fill(test.answer))
				}
			})
		}
	}
}

// names returns pairs of placeholders and their values in this sandbox.
func (w *testSandbox) names() []string {
	w.Helper()
	users := w.users()
	return []string{
		"ORG_ID", "ORG_ID", // part of a placeholder of the service
		"ORG", w.status.OrgID, "OWNER", users[0].UserID, "VIEWER", users[2].UserID, "DEMO", w.databases("")[0].ID,
		"ROLE", w.newRole("Custom", []string{"org-read"}, []string{""}),
		"CLIENT", w.newToken(roUser).ClientID, "SELF", strings.Split(w.status.Token, ":")[1],
	}
}

func TestRoundTripperAnswersAsHTTPDoes(t *testing.T) {
	w := newTestSandbox(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sandbox/v2/currentOrg", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := w.server.RoundTripper().RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.Request != request || answer.Status != "401 Unauthorized" || answer.ContentLength <= 0 || answer.ProtoMajor != 1 {
		t.Errorf("incomplete response: %+v", answer)
	}
}

func TestLogIsToldOfEveryRequest(t *testing.T) {
	var got []string
	w := newTestSandbox(t, func(o *Options) { o.Log = func(method, path string) { got = append(got, method+" "+path) } })
	w.send("GET", "/v2/currentOrg?x=1", "", "")
	w.send("PUT", "/v2/no%2Fthing", "", "")
	if diff := cmp.Diff([]string{"GET /v2/currentOrg", "PUT /v2/no%2Fthing"}, got); diff != "" {
		t.Error(diff)
	}
}
