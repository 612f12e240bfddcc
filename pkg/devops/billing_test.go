package devops

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCosts(t *testing.T) {
	c, _ := newScriptedClient(t, status(200, `[{"id":"d","status":"PARKED","info":{"name":"old","tier":"C10","region":"r"},"cost":{"costPerMinCents":1,"costPerHourCents":2,`+
		`"costPerDayCents":3,"costPerMonthCents":4,"costPerMinMRCents":5,"costPerHourMRCents":6,"costPerDayMRCents":7,"costPerMonthMRCents":8,"costPerMinParkedCents":9,`+
		`"costPerHourParkedCents":10,"costPerDayParkedCents":11,"costPerMonthParkedCents":12,"costPerNetworkGbCents":0.5,"costPerWrittenGbCents":0.25,"costPerReadGbCents":0.125}}]`))
	got, err := c.Billing.Costs(t.Context())
	if err != nil || len(got) != 1 || got[0].Name != "old" {
		t.Fatal(got, err)
	}
	want := Rates{Price{1, 2, 3, 4}, Price{5, 6, 7, 8}, Price{9, 10, 11, 12}, 0.125, 0.25, 0.5}
	if diff := cmp.Diff(want, got[0].Rates); diff != "" {
		t.Error(diff)
	}
}

func TestCostsOfFixtures(t *testing.T) {
	c, _ := newFixtureClient(t, 200, "GET_v2_databases.json")
	got, err := c.Billing.Costs(t.Context())
	if err != nil || len(got) < 2 || got[0].Running.Month != 0 || got[0].ReadGB == 0 || got[1].Running.Month == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestUsage(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "POST_v2_enterprises_consumption.json")), status(200, `{"totalCost":"1.5","costs":[{"cost":"1.5"}]}`), status(200, `{}`))
	p := Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}
	got, err := c.Billing.Usage(t.Context(), p)
	want := Consumption{101.5, []Usage{{testOrg, testVector, "us-east1", 101.5}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	checkRequest(t, s.seen[0], "POST /v2/enterprises/consumption", "POST_v2_enterprises_consumption.request.json")
	if got, err := c.Billing.Usage(t.Context(), p); err != nil || got.Total != 1.5 || got.Costs[0].Cost != 1.5 {
		t.Errorf("amounts as text: %+v, %v", got, err)
	}
	if got, err := c.Billing.Usage(t.Context(), p); err != nil || got.Costs == nil {
		t.Errorf("nothing used: %+v, %v", got, err)
	}
}

func TestReports(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "POST_v2_enterprises_billing-reports_generate-report.json")), status(200, fixture(t, "GET_v2_enterprises_billing-reports.json")))
	begun, err := c.Billing.StartReport(t.Context(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if diff := cmp.Diff(Report{ID: "b0b0b0b0-0000-4000-8000-000000000009", Status: "INITIATED", Month: "01", Year: "2026"}, begun); diff != "" || err != nil {
		t.Error(diff, err)
	}
	checkRequest(t, s.seen[0], "POST /v2/enterprises/billing-reports/generate-report", "POST_v2_enterprises_billing-reports_generate-report.request.json")
	done, err := c.Billing.Report(t.Context(), begun.ID)
	if err != nil || done.URL != "https://reports.example.com/b0b0b0b0.csv" || !done.Stale || done.ExpiresAt.Hour() != 5 || done.GeneratedAt.IsZero() {
		t.Errorf("%+v, %v", done, err)
	}
}
