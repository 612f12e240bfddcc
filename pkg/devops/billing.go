package devops

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// BillingService has the calls about cost. There is none for what an
// organization has to pay: the databases say what they cost by the hour, and an
// enterprise can ask what its organizations used.
type BillingService service

// A Period is what an enterprise asks the consumption of: at most 31 days, and
// all organizations and databases where none are named.
type Period struct {
	From, To          time.Time
	OrgIDs, Databases []string // ids
}

// A Usage is what one database cost in one region.
type Usage struct {
	OrgID, DatabaseID, Region string
	Cost                      float64 // in US dollars
}

// Usage returns what an enterprise's organizations used, and what that costs
// together. It takes a token of the enterprise; no action is known for it.
//
//	POST /v2/enterprises/consumption
func (s *BillingService) Usage(ctx context.Context, p Period) (Consumption, error) {
	body := struct {
		From      string   `json:"fromDate"`
		To        string   `json:"toDate"`
		Databases []string `json:"resourceIDs,omitempty"`
		Orgs      []string `json:"orgIDs,omitempty"`
	}{p.From.UTC().Format(time.RFC3339), p.To.UTC().Format(time.RFC3339), p.Databases, p.OrgIDs}
	return fetch[wireConsumption](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/enterprises/consumption", body: body, class: read,
	})
}

// A Consumption is what was used in a period.
type Consumption struct {
	Total float64 // in US dollars
	Costs []Usage
}

// A Report is a bill of an enterprise for a month, which takes a while to make.
type Report struct {
	ID, Status  string // "INITIATED", "PENDING", "COMPLETED" or "FAILED"; others may come
	Month, Year string
	URL         string // of a CSV file, once it is completed
	GeneratedAt time.Time
	ExpiresAt   time.Time // of the URL
	Stale       bool      // there are newer figures
}

// StartReport has the report of a month made. To ask twice makes it twice. It
// takes a token of the enterprise; no action is known for it.
//
//	POST /v2/enterprises/billing-reports/generate-report
func (s *BillingService) StartReport(ctx context.Context, month time.Time) (Report, error) {
	body := struct {
		Month string `json:"month"`
		Year  string `json:"year"`
	}{month.Format("01"), month.Format("2006")}
	return fetch[wireReport](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/enterprises/billing-reports/generate-report", body: body, class: once,
	})
}

// Report returns a report that was started.
//
//	GET /v2/enterprises/billing-reports/{reportId}
func (s *BillingService) Report(ctx context.Context, id string) (Report, error) {
	return fetch[wireReport](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/enterprises/billing-reports/{id}", id: id, class: read,
	})
}

type wireConsumption struct {
	TotalCost amount
	Costs     rows[wireUsage, Usage]
}

type wireUsage struct {
	OrgID, ClusterID, Region id
	Cost                     amount
}

func (w wireUsage) value() (Usage, bool) {
	return Usage{string(w.OrgID), string(w.ClusterID), string(w.Region), float64(w.Cost)}, true
}

func (w wireConsumption) value() (Consumption, bool) {
	costs, ok := w.Costs.value()
	return Consumption{Total: float64(w.TotalCost), Costs: costs}, ok
}

// An amount is a number, which the published example has as a text.
type amount float64

// UnmarshalJSON takes both.
func (a *amount) UnmarshalJSON(b []byte) error {
	var text stringOrNumber
	if err := text.UnmarshalJSON(b); err != nil || text == "" {
		return err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	*a = amount(f)
	return err
}

type wireReport struct {
	ReportID            id
	Status, Month, Year string
	ReportDetails       struct {
		CSVDownloadURL            string
		GeneratedAt, ExpirationAt timestamp
		IsStale                   bool
	}
}

func (w wireReport) value() (Report, bool) {
	d := w.ReportDetails
	return Report{string(w.ReportID), w.Status, w.Month, w.Year, d.CSVDownloadURL, d.GeneratedAt.Time, d.ExpirationAt.Time, d.IsStale}, w.ReportID != ""
}
