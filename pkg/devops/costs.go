package devops

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Cost is the price of a database, in US cents.
type Cost struct {
	Database
	Rates
}

// Rates are the prices of a database. Prices by time are zero for pay-as-you-go
// databases.
type Rates struct {
	Running, Region, Parked      Price // current, for each further region, and while parked
	ReadGB, WrittenGB, NetworkGB float64
}

// Price is a price by time.
type Price struct{ Minute, Hour, Day, Month float64 }

// Costs returns the prices of the databases that the token may see. It needs
// org-db-view.
//
//	GET /v2/databases
func (s *BillingService) Costs(ctx context.Context) ([]Cost, error) {
	const pageSize = 100
	return Collect(pages(func(after string) ([]Cost, string, int, error) {
		query := url.Values{"limit": {strconv.Itoa(pageSize)}, "include": {"nonterminated"}}
		if after != "" {
			query.Set("starting_after", after)
		}
		page, size, err := fetchSized[costsResponse](ctx, s.client, call{
			method: http.MethodGet, path: "/v2/databases", query: query, permission: "org-db-view", retry: safe,
		})
		if err != nil || len(page) < pageSize {
			return page, "", size, err
		}
		return page, page[len(page)-1].ID, size, nil
	}))
}

type costResponse struct {
	databaseResponse

	Cost struct {
		CostPerMinCents, CostPerHourCents, CostPerDayCents, CostPerMonthCents                         float64
		CostPerMinMRCents, CostPerHourMRCents, CostPerDayMRCents, CostPerMonthMRCents                 float64
		CostPerMinParkedCents, CostPerHourParkedCents, CostPerDayParkedCents, CostPerMonthParkedCents float64
		CostPerReadGbCents, CostPerWrittenGbCents, CostPerNetworkGbCents                              float64
	}
}

func (w costResponse) value() (Cost, bool) {
	d, ok := w.databaseResponse.value()
	c := w.Cost
	return Cost{d, Rates{
		Price{c.CostPerMinCents, c.CostPerHourCents, c.CostPerDayCents, c.CostPerMonthCents},
		Price{c.CostPerMinMRCents, c.CostPerHourMRCents, c.CostPerDayMRCents, c.CostPerMonthMRCents},
		Price{c.CostPerMinParkedCents, c.CostPerHourParkedCents, c.CostPerDayParkedCents, c.CostPerMonthParkedCents},
		c.CostPerReadGbCents, c.CostPerWrittenGbCents, c.CostPerNetworkGbCents,
	}}, ok
}

type costsResponse = rows[costResponse, Cost]
