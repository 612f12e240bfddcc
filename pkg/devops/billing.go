package devops

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// BillingService reads costs. The API has no invoices: databases have hourly
// prices, and an enterprise can query the usage of its organizations.
type BillingService service

// Period selects what Usage returns: at most 31 days, and all organizations and
// databases if none are named.
type Period struct {
	From, To          time.Time
	OrgIDs, Databases []string // IDs
}

// Usage is the cost of one database in one region.
type Usage struct {
	OrgID, DatabaseID, Region string
	Cost                      float64 // in US dollars
}

// Usage returns the usage of an enterprise's organizations and its total cost.
// It requires a token of the enterprise; the required permission is not
// published.
//
//	POST /v2/enterprises/consumption
func (s *BillingService) Usage(ctx context.Context, p Period) (Consumption, error) {
	body := struct {
		From      string   `json:"fromDate"`
		To        string   `json:"toDate"`
		Databases []string `json:"resourceIDs,omitempty"`
		Orgs      []string `json:"orgIDs,omitempty"`
	}{p.From.UTC().Format(time.RFC3339), p.To.UTC().Format(time.RFC3339), p.Databases, p.OrgIDs}
	return fetch[consumptionResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/enterprises/consumption", body: body, retry: safe,
	})
}

// Consumption is the usage in a period.
type Consumption struct {
	Total float64 // in US dollars
	Costs []Usage
}

// Report is a monthly bill of an enterprise, which the service prepares in the
// background.
type Report struct {
	ID, Status  string // "INITIATED", "PENDING", "COMPLETED" or "FAILED"; others are possible
	Month, Year string
	URL         string // of a CSV file, once completed
	GeneratedAt time.Time
	ExpiresAt   time.Time // of the URL
	Stale       bool      // newer figures exist
}

// StartReport requests the report of a month. Each call starts another one. It
// requires a token of the enterprise; the required permission is not published.
//
//	POST /v2/enterprises/billing-reports/generate-report
func (s *BillingService) StartReport(ctx context.Context, month time.Time) (Report, error) {
	body := struct {
		Month string `json:"month"`
		Year  string `json:"year"`
	}{month.Format("01"), month.Format("2006")}
	return fetch[reportResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/enterprises/billing-reports/generate-report", body: body, retry: atMostOnce,
	})
}

// Report returns a report.
func (s *BillingService) Report(ctx context.Context, id string) (Report, error) {
	return fetch[reportResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/enterprises/billing-reports/{id}", id: id, retry: safe,
	})
}

type consumptionResponse struct {
	TotalCost amount
	Costs     rows[usageResponse, Usage]
}

type usageResponse struct {
	OrgID, ClusterID, Region id
	Cost                     amount
}

func (w usageResponse) value() (Usage, bool) {
	return Usage{string(w.OrgID), string(w.ClusterID), string(w.Region), float64(w.Cost)}, true
}

func (w consumptionResponse) value() (Consumption, bool) {
	costs, ok := w.Costs.value()
	return Consumption{Total: float64(w.TotalCost), Costs: costs}, ok
}

// amount is a number that may also be a string, as in the published example.
type amount float64

// UnmarshalJSON accepts a number or a string.
func (a *amount) UnmarshalJSON(b []byte) error {
	var text stringOrNumber
	if err := text.UnmarshalJSON(b); err != nil || text == "" {
		return err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	*a = amount(f)
	return err
}

type reportResponse struct {
	ReportID            id
	Status, Month, Year string
	ReportDetails       struct {
		CSVDownloadURL            string
		GeneratedAt, ExpirationAt timestamp
		IsStale                   bool
	}
}

func (w reportResponse) value() (Report, bool) {
	d := w.ReportDetails
	return Report{string(w.ReportID), w.Status, w.Month, w.Year, d.CSVDownloadURL, d.GeneratedAt.Time, d.ExpirationAt.Time, d.IsStale}, w.ReportID != ""
}
