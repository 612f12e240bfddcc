package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func billingRoutes() []route {
	return []route{
		{method: "POST", path: "/v2/enterprises/consumption", enterprise: true, handle: consumption},
		{method: "POST", path: "/v2/enterprises/billing-reports/generate-report", enterprise: true, handle: startReport},
		{method: "GET", path: "/v2/enterprises/billing-reports/{reportID}", enterprise: true, handle: getReport},
		{method: "GET", path: "/v2/billing-reports/{file}", open: true, handle: fetchReport},
	}
}

// requireEnterprise refuses callers without enterprise rights.
func (c *request) requireEnterprise() error {
	if !c.caller.Enterprise || c.meta.NoEnterprise {
		return refuse(http.StatusForbidden, "the token has no enterprise rights")
	}
	return nil
}

type usageOut struct {
	Org     string  `json:"orgId"`
	Cluster string  `json:"clusterID"`
	Region  string  `json:"region"`
	Cost    float64 `json:"cost"` // in dollars
}

// consumption computes the cost of databases from their lifetime and hourly
// rate. Requests are free: the sandbox has no data.
func consumption(c *request) (response, error) {
	if err := c.requireEnterprise(); err != nil {
		return response{}, err
	}
	in, err := decode[struct {
		FromDate, ToDate    time.Time
		ResourceIDs, OrgIDs []string
	}](c)
	if err != nil {
		return response{}, err
	}
	switch {
	case in.FromDate.IsZero() || in.ToDate.IsZero():
		return response{}, refuse(http.StatusBadRequest, "fromDate and toDate are required")
	case !in.FromDate.Before(in.ToDate):
		return response{}, refuse(http.StatusUnprocessableEntity, "fromDate is not before toDate")
	case in.ToDate.Sub(in.FromDate) > 31*24*time.Hour:
		return response{}, refuse(http.StatusUnprocessableEntity, "the period is longer than 31 days")
	case len(in.OrgIDs) > 0 && !slices.Equal(in.OrgIDs, []string{c.meta.OrgID}):
		return response{}, refuse(http.StatusNotFound, "organization %s not found", strings.Join(in.OrgIDs, ", "))
	}
	all, err := c.allDatabases()
	if err != nil {
		return response{}, err
	}
	out := struct {
		Total float64    `json:"totalCost"`
		Costs []usageOut `json:"costs"`
	}{Costs: []usageOut{}}
	for _, d := range all {
		if len(in.ResourceIDs) > 0 && !slices.Contains(in.ResourceIDs, d.ID) {
			continue
		}
		cost := d.lifetimeIn(in.FromDate, in.ToDate, c.now).Hours() * d.cost().PerHour / 100
		out.Total += cost
		out.Costs = append(out.Costs, usageOut{c.meta.OrgID, d.ID, d.Datacenters[0].Region, cost})
	}
	return reply(http.StatusOK, out)
}

// lifetimeIn returns how much of a period the database existed.
func (d db) lifetimeIn(from, to, now time.Time) time.Duration {
	end := now
	if !d.Terminated.IsZero() {
		end = d.Terminated
	}
	if d.Created.After(from) {
		from = d.Created
	}
	if end.Before(to) {
		to = end
	}
	return max(0, to.Sub(from))
}

// reportDuration is the time between the request of a report and its
// completion.
const reportDuration = time.Second

// report is a monthly bill. The name of its file is random and serves as
// authorization.
type report struct {
	ID    string    `json:"id"`
	File  string    `json:"file"`
	Month time.Time `json:"month"`
	Made  time.Time `json:"made"`
}

func reports() table[report] {
	return table[report]{"reports", func(r report) []string { return []string{r.ID, r.File} }}
}

func (r report) needs() string {
	if !isUUID(r.ID) || r.File == "" {
		return "an id and a file"
	}
	return ""
}

type reportOut struct {
	ID      string         `json:"reportId"`
	Status  string         `json:"status"`
	Month   string         `json:"month"`
	Year    string         `json:"year"`
	Details *reportDetails `json:"reportDetails,omitempty"`
}

type reportDetails struct {
	URL       string    `json:"csvDownloadUrl"`
	Generated time.Time `json:"generatedAt"`
	Expires   time.Time `json:"expirationAt"`
	Stale     bool      `json:"isStale"`
}

func (r report) out(status string) reportOut {
	return reportOut{ID: r.ID, Status: status, Month: r.Month.Format("01"), Year: r.Month.Format("2006")}
}

func startReport(c *request) (response, error) {
	if err := c.requireEnterprise(); err != nil {
		return response{}, err
	}
	in, err := decode[struct{ Month, Year string }](c)
	if err != nil {
		return response{}, err
	}
	month, err := time.Parse("2006-1", in.Year+"-"+strings.TrimPrefix(in.Month, "0"))
	if err != nil || month.After(c.now) {
		return response{}, refuse(http.StatusBadRequest, "month %q of year %q has not begun or is invalid", in.Month, in.Year)
	}
	r := report{Month: month, Made: c.now}
	if r.ID, err = c.server.random.uuid(); err != nil {
		return response{}, err
	}
	if r.File, err = c.server.random.text(32, letters); err != nil {
		return response{}, err
	}
	if err := reports().put(c.tx, r); err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, r.out("INITIATED"))
}

func getReport(c *request) (response, error) {
	if err := c.requireEnterprise(); err != nil {
		return response{}, err
	}
	r, found, err := reports().find(c.tx, c.values["reportID"])
	switch {
	case err != nil:
		return response{}, err
	case !found || r.ID != c.values["reportID"]:
		return response{}, refuse(http.StatusNotFound, "report %s not found", c.values["reportID"])
	case c.now.Sub(r.Made) < reportDuration:
		return reply(http.StatusOK, r.out("PENDING"))
	}
	out := r.out("COMPLETED")
	out.Details = &reportDetails{URL: c.root + "/billing-reports/" + r.File, Generated: r.Made.Add(reportDuration), Expires: r.Made.Add(linkLife)}
	return reply(http.StatusOK, out)
}

func fetchReport(c *request) (response, error) {
	r, found, err := reports().find(c.tx, c.values["file"])
	if err != nil {
		return response{}, err
	}
	if !found || r.File != c.values["file"] || c.now.Sub(r.Made) >= linkLife {
		return response{}, refuse(http.StatusForbidden, "the address has expired")
	}
	all, err := c.allDatabases()
	if err != nil {
		return response{}, err
	}
	text := bytes.NewBufferString("organization,database,region,usd\n")
	for _, d := range all {
		hours := d.lifetimeIn(r.Month, r.Month.AddDate(0, 1, 0), c.now).Hours()
		fmt.Fprintf(text, "%s,%s,%s,%.2f\n", c.meta.OrgID, d.ID, d.Datacenters[0].Region, hours*d.cost().PerHour/100)
	}
	return response{http.StatusOK, http.Header{"Content-Type": {"text/csv"}}, text.Bytes()}, nil
}
