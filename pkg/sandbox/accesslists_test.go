package sandbox

import (
	"strings"
	"testing"
)

// step is a request and its expected response. DB and ORG stand for IDs.
type step struct {
	request, body string
	status        int
	kind, want    string // the content type of the response and a part of its body
}

// sendSteps sends requests as the administrator, in order.
func (w *testSandbox) sendSteps(steps []step) {
	w.Helper()
	fill := strings.NewReplacer("DB", w.databases("")[0].ID, "ORG", w.status.OrgID).Replace
	for _, s := range steps {
		method, path, _ := strings.Cut(fill(s.request), " ")
		got := w.send(method, path, w.status.Token, fill(s.body))
		if got.status != s.status || s.kind != "" && got.kind != s.kind || !strings.Contains(got.body, fill(s.want)) {
			w.Errorf("%s %s: %d %s %s\nwant %d %s %s", s.request, s.body, got.status, got.kind, got.body, s.status, s.kind, fill(s.want))
		}
	}
}

func TestAccessLists(t *testing.T) {
	const list, office = "/v2/databases/DB/access-list", `{"address":"203.0.113.7","description":"office","enabled":true}`
	const home = `{"address":"192.0.2.0/24","description":"","enabled":false}`
	newTestSandbox(t).sendSteps([]step{
		{"GET " + list, "", 404, formText, "has no access list"},
		{"GET /v2/databases/" + unknownID + "/access-list", "", 404, formText, "not found"},
		{"GET /v2/access-lists", "", 200, formJSON, "[]"},
		{"PATCH " + list, `{"configurations":{"accessListEnabled":true}}`, 404, formJSON, `"ID":404`},
		{"POST " + list, "[]", 400, formText, "at least one address is required"},
		{"POST " + list, office, 400, formText, "invalid request body"},
		{"POST " + list, `[{"address":"203.0.113.7","description":""}]`, 400, formText, "enabled is required"},
		{"POST " + list, `[{"address":"203.0.113.7","enabled":true}]`, 400, formText, "description is required"},
		{"POST " + list, `[{"address":"2001:db8::1","description":"","enabled":true}]`, 400, formText, "not an IPv4 address"},
		{"POST " + list, `[{"address":"203.0.113.7/33","description":"","enabled":true}]`, 400, formText, "not an IPv4 address"},
		{"POST " + list, "[" + office + "]", 204, formNone, ""},
		{"POST " + list, "[" + office + "]", 400, formText, "203.0.113.7/32 is already on the list"},
		{
			"GET " + list, "", 200, formJSON, `{"organizationId":"ORG","databaseId":"DB","addresses":[{"address":"203.0.113.7/32","description":"office",` +
				`"enabled":true,"lastUpdateDateTime":"2026-02-03 04:05:06.789 +0000 UTC"}],"configurations":{"accessListEnabled":false}}`,
		},
		{"PATCH " + list, `{"configurations":{"accessListEnabled":true}}`, 204, formNone, ""},
		{"PATCH " + list, `{"configurations":{}}`, 400, formJSON, "accessListEnabled is required"},
		{"PATCH " + list, `{"addresses":[` + home + `]}`, 404, formJSON, "is not on the list"},
		{"PATCH " + list, `{"addresses":[` + strings.Replace(office, "office", "home", 1) + `]}`, 204, formNone, ""},
		{"GET /v2/access-lists", "", 200, formJSON, `"description":"home","enabled":true,"lastUpdateDateTime":"2026-02-03 04:05:06.789 +0000 UTC"}],"configurations":{"accessListEnabled":true}}]`},
		{"PUT " + list, "[" + home + "," + office + "]", 204, formNone, ""}, // as an official client sends it
		{"GET " + list, "", 200, formJSON, `"configurations":{"accessListEnabled":true}`},
		{"PUT " + list, `{"addresses":[` + home + `,` + office + `],"configurations":{"accessListEnabled":false}}`, 204, formNone, ""},
		{"DELETE " + list + "?addresses=", "", 400, formJSON, "not an IPv4 address"},
		{"DELETE " + list + "?addresses=192.0.2.1", "", 404, formJSON, "not on the list"},
		{"DELETE " + list + "?addresses=203.0.113.7&addresses=192.0.2.0%2F24", "", 204, formNone, ""}, // the first only
		{"GET " + list, "", 200, formJSON, `"addresses":[{"address":"192.0.2.0/24"`},
		{"DELETE " + list, "", 204, formNone, ""},
		{"GET " + list, "", 404, formText, ""},
		// Host bits are returned as sent, in the order of the request.
		{"POST " + list, `[{"address":"203.0.113.7/24","description":"b","enabled":true},{"address":"0.0.0.1/0","description":"a","enabled":true}]`, 204, formNone, ""},
		{"POST " + list, `[{"address":"0.0.0.1/0","description":"","enabled":true}]`, 400, formText, "0.0.0.1/0 is already on the list"},
		{"GET " + list, "", 200, formJSON, `"addresses":[{"address":"203.0.113.7/24","description":"b","enabled":true,"lastUpdateDateTime":"2026-02-03 04:05:06.789 +0000 UTC"},{"address":"0.0.0.1/0",`},
		{"DELETE " + list + "?addresses=0.0.0.1%2F0", "", 204, formNone, ""},
		// A list can be sent as it was read.
		{"PUT " + list, `{"organizationId":"ORG","databaseId":"DB","addresses":[{"address":"203.0.113.7/24","description":"c","enabled":true,"lastUpdateDateTime":"2026-02-03 04:05:06.789 +0000 UTC"}],"configurations":{"accessListEnabled":true}}`, 204, formNone, ""},
		{"GET " + list, "", 200, formJSON, `"description":"c"`},
		{"GET /v2/access-list/template", "", 200, formJSON, `"accessListEnabled":true`},
		{"POST /v2/access-list/template", "", 200, formJSON, `"accessListEnabled":true`},
		{"POST /v2/access-list/validate", `{"addresses":[{"address":"x","description":"","enabled":true}]}`, 200, formJSON, `{"valid":false,"validationFailures":["`},
	})
}

func TestAccessListPermissions(t *testing.T) {
	w := newTestSandbox(t)
	reader, biller := w.newToken(roService).Token, w.newToken("c5fabb3c-1ae1-4648-898f-d3b98167d62e").Token
	list := "/v2/databases/" + w.databases("")[0].ID + "/access-list"
	for request, want := range map[string]int{"GET " + list: 404, "POST " + list: 403, "PUT " + list: 403, "PATCH " + list: 403, "DELETE " + list: 403, "GET /v2/access-lists": 200} {
		method, path, _ := strings.Cut(request, " ")
		body := "[]"
		if method == "GET" {
			body = ""
		}
		if got := w.send(method, path, reader, body); got.status != want {
			t.Errorf("%s as a reader: %+v", request, got)
		}
		if got := w.send(method, path, biller, body); got.status != 403 {
			t.Errorf("%s without permission: %+v", request, got)
		}
	}
}

func TestAPIAccess(t *testing.T) {
	const list, office = "/v2/organizations/ORG/devops-acl", `{"address":"203.0.113.7/32","description":"office","enabled":true}`
	newTestSandbox(t).sendSteps([]step{
		{"GET " + list, "", 404, formJSON, `"ID":404`},
		{"PATCH " + list, office, 404, formJSON, `"ID":404`},
		{"POST " + list, "[]", 400, formJSON, "at least one address is required"},
		{"POST " + list, "[" + office + "]", 201, formJSON, `{"addresses":[{"address":"203.0.113.7/32","description":"office","enabled":true,"lastUpdateDateTime":"2026-02-03 04:05:06.789 +0000 UTC","createdAt":`},
		{"POST " + list, "[" + office + "]", 400, formJSON, "203.0.113.7/32 is already on the list"},
		{"POST " + list, "[" + strings.Replace(office, "113.7", "113.9", 1) + "]", 201, formJSON, `"address":"203.0.113.9/32"`},
		{"GET " + list, "", 200, formJSON, `"address":"203.0.113.7/32"`},
		{"PATCH " + list, strings.Replace(office, "office", "home", 1), 200, formJSON, `"description":"home"`},
		{"PATCH " + list, strings.Replace(office, "113.7", "113.8", 1), 200, formJSON, `203.0.113.8/32`},
		{"PUT " + list, "[]", 400, formJSON, "at least one address is required"},
		{"PUT " + list, "[" + office + "]", 200, formJSON, `{"addresses":[{"address":"203.0.113.7/32","description":"office"`},
		{"GET /v2/organizations/" + unknownID + "/devops-acl", "", 403, formJSON, "does not belong to organization"},
		{"DELETE " + list, "", 202, formNone, ""},
		{"GET " + list, "", 404, formJSON, ""},
	})
}

func TestAPIAccessConflict(t *testing.T) {
	t.Parallel()
	const list, office = "/v2/organizations/ORG/devops-acl", `[{"address":"203.0.113.7/32","description":"office","enabled":true}]`
	newTestSandbox(t).withBehavior(ServeOptions{}, "acl-conflict").sendSteps([]step{
		{"POST " + list, office, 201, formJSON, "203.0.113.7/32"},
		{"POST " + list, office, 409, formJSON, "a DevOps API access list already exists"},
	})
}
