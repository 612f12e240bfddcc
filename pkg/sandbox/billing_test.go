package sandbox

import (
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
