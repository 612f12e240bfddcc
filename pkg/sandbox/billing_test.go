package sandbox

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestConsumption(t *testing.T) {
	w := newTestSandbox(t)
	w.clock.advance(2 * time.Hour) // the databases were created at 04:05:06
	w.sendSteps([]step{
		{"POST /v2/enterprises/consumption", `{"fromDate":"2026-02-03T05:05:06Z","toDate":"2026-02-03T06:05:06Z"}`, 200, formJSON, `{"totalCost":0.48,"costs":[{"orgId":"ORG","clusterID":"DB","region":"us-east1","cost":0},`},
		{"POST /v2/enterprises/consumption", `{"fromDate":"2026-02-03T03:05:06Z","toDate":"2026-02-03T05:05:06Z"}`, 200, formJSON, `{"totalCost":0.48,`},
		{"POST /v2/enterprises/consumption", `{"fromDate":"2026-02-03T03:05:06Z","toDate":"2026-02-03T05:05:06Z","resourceIDs":["DB"],"orgIDs":["ORG"]}`, 200, formJSON, `{"totalCost":0,`},
		{"POST /v2/enterprises/consumption", `{"fromDate":"2027-01-01T00:00:00Z","toDate":"2027-01-02T00:00:00Z"}`, 200, formJSON, `{"totalCost":0,`},
		{"POST /v2/enterprises/consumption", `{"fromDate":"2026-01-01T00:00:00Z","toDate":"2026-02-02T00:00:00Z"}`, 422, formJSON, `longer than 31 days`},
		{"POST /v2/enterprises/consumption", `{"fromDate":"2026-01-02T00:00:00Z","toDate":"2026-01-01T00:00:00Z"}`, 422, formJSON, `not before`},
		{"POST /v2/enterprises/consumption", `{"fromDate":"2026-01-02T00:00:00Z"}`, 400, formJSON, `required`},
		{"POST /v2/enterprises/consumption", `{"fromDate":"2026-02-03T03:05:06Z","toDate":"2026-02-03T05:05:06Z","orgIDs":["` + unknownID + `"]}`, 404, formJSON, `not found`},
		{"POST /v2/enterprises/billing-reports/generate-report", `{"month":"2","year":"2026"}`, 200, formJSON, `"status":"INITIATED","month":"02","year":"2026"}`},
		{"POST /v2/enterprises/billing-reports/generate-report", `{"month":"03","year":"2026"}`, 400, formJSON, `has not begun`},
		{"POST /v2/enterprises/billing-reports/generate-report", `{"month":"13","year":"2026"}`, 400, formJSON, `has not begun`},
		{"GET /v2/enterprises/billing-reports/" + unknownID, "", 404, formJSON, `not found`},
	})
	if got := w.send("POST", "/v2/enterprises/consumption", w.newToken(orgAdministrator).Token, "{}"); got.status != 403 {
		t.Errorf("without rights in the enterprise: %+v", got)
	}
}

// TestReport waits for a report and fetches its file until the address expires.
func TestReport(t *testing.T) {
	w := newTestSandbox(t)
	made := read[reportOut](t, w.admin(200, "POST", "/v2/enterprises/billing-reports/generate-report", `{"month":"02","year":"2026"}`))
	w.admin(200, "GET", "/v2/enterprises/billing-reports/"+made.ID, "")
	w.clock.advance(reportDuration)
	file := read[reportOut](t, w.admin(200, "GET", "/v2/enterprises/billing-reports/"+made.ID, "")).Details.URL
	if got := w.fetch(file, ""); got.status != 200 || !strings.HasPrefix(got.body, "organization,database,region,usd\n"+w.status.OrgID+",") {
		t.Errorf("%+v", got)
	}
	w.clock.advance(linkLife)
	if got := w.fetch(file, ""); got.status != 403 {
		t.Errorf("later: %+v", got)
	}
}

// TestEnterpriseToken uses a token with enterprise rights only.
func TestEnterpriseToken(t *testing.T) {
	w := newTestSandbox(t)
	text, err := w.server.IssueEnterpriseToken()
	if err != nil {
		t.Fatal(err)
	}
	owner := w.users()[0].UserID
	send := func(status int, method, path, body string) string {
		t.Helper()
		got := w.send(method, path, text, body)
		if got.status != status {
			t.Errorf("%s %s: %+v", method, path, got)
		}
		return got.body
	}
	if got := send(200, "GET", "/v2/currentOrg", ""); strings.Contains(got, w.status.OrgID) {
		t.Errorf("its organization is %s", got)
	}
	org := read[organization](t, send(201, "POST", "/v2/enterprises/organizations", `{"name":"Europe","email":"owner@example.com","adminUserID":"`+owner+`"}`)).OrganizationID
	for _, id := range []string{org, w.status.OrgID} {
		made := read[credentialOut](t, send(200, "POST", "/v2/tokens", `{"roles":["`+orgAdministrator+`"],"orgId":"`+id+`"}`))
		if made.OrgID != id || !strings.Contains(send(200, "GET", "/v2/tokens", ""), made.ClientID) {
			t.Errorf("%+v", made)
		}
		if got := w.send("GET", "/v2/currentOrg", made.Token, ""); !strings.Contains(got.body, id) {
			t.Errorf("%+v", got)
		}
		send(204, "DELETE", "/v2/clientIdSecrets/"+made.ClientID, "")
	}
	send(400, "POST", "/v2/tokens", `{"roles":["`+orgAdministrator+`"]}`)
	send(403, "POST", "/v2/tokens", `{"roles":["`+orgAdministrator+`"],"orgId":"`+unknownID+`"}`)
	for request, status := range map[string]int{
		"GET /v2/databases": 401, "POST /v2/databases": 401, "GET /v2/regions/serverless": 401,
		"GET /v2/organizations/users": 403, "GET /v2/organizations/roles": 403, "GET /v2/clientIdSecrets": 403, "POST /v2/clientIdSecrets": 403, "GET /v2/kms": 403,
	} {
		method, path, _ := strings.Cut(request, " ")
		send(status, method, path, "")
	}
	// The rights end with those of the enterprise, and the dump has them.
	var dump bytes.Buffer
	yes := true
	if err := errors.Join(w.server.Dump(&dump), w.server.Load(&dump), w.server.Seed(SeedOptions{NoEnterprise: &yes})); err != nil {
		t.Fatal(err)
	}
	send(403, "GET", "/v2/tokens", "")
	no := false
	if err := w.server.Seed(SeedOptions{NoEnterprise: &no}); err != nil {
		t.Fatal(err)
	}
	send(200, "GET", "/v2/tokens", "")
}
