package devops

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/async"
)

// RegionService lists the regions for databases.
type RegionService service

// Region is a region for databases of one type. Zone and Classification are as
// in the API, for instance "na" and "standard".
type Region struct {
	Name, Cloud, DisplayName string
	Zone, Classification     string
	Type                     string // "vector", "serverless" or "classic"
	Enabled                  bool   // the organization may have databases in it
	Reserved                 bool   // for some customers
	PCUTypes                 []string
}

// ListServerless returns the regions for databases of the types "serverless" and
// "vector". It takes two requests: a list of all regions shows as enabled also
// those in which the organization may have no database. It needs org-db-create.
//
//	GET /v2/regions/serverless
func (s *RegionService) ListServerless(ctx context.Context) ([]Region, error) {
	var calls async.Group
	defer calls.End()
	readEnabled := async.Go(ctx, &calls, s.Enabled)
	regions, err := s.listServerless(ctx, url.Values{"region-type": {"all"}})
	if err != nil {
		return nil, err
	}
	enabled, err := readEnabled()
	if err != nil {
		return nil, err
	}
	usable := make(map[regionKey]bool, len(enabled))
	for _, r := range enabled {
		usable[r.key()] = true
	}
	for i, r := range regions {
		regions[i].Enabled = r.Enabled && usable[r.key()]
	}
	return reportList(s.client, regions, nil)
}

// Enabled returns those of the Serverless regions in which the organization may
// have databases. It needs org-db-create.
//
//	GET /v2/regions/serverless?filter-by-org=enabled
func (s *RegionService) Enabled(ctx context.Context) ([]Region, error) {
	return s.listServerless(ctx, url.Values{"region-type": {"all"}, "filter-by-org": {"enabled"}})
}

func (s *RegionService) listServerless(ctx context.Context, query url.Values) ([]Region, error) {
	return fetch[regionsResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/regions/serverless", query: query, permission: "org-db-create", retry: safe,
	})
}

// regionKey distinguishes regions: clouds share names.
type regionKey struct{ cloud, name, kind string }

func (r Region) key() regionKey { return regionKey{strings.ToUpper(r.Cloud), r.Name, r.Type} }

// Classic returns the distinct regions for classic databases; the API lists
// each tier separately. It needs org-db-create.
//
//	GET /v2/availableRegions
func (s *RegionService) Classic(ctx context.Context) ([]Region, error) {
	tiers, err := fetch[tiersResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/availableRegions", permission: "org-db-create", retry: safe,
	})
	return classicRegions(tiers), err
}

// regionResponse is enabled if it does not say: older services list only
// enabled regions.
type regionResponse struct {
	Name                       id
	CloudProvider, DisplayName text
	Zone, Classification       text
	RegionType                 text `json:"region_type"`
	Enabled                    flag
	ReservedForQualifiedUsers  flag
	PCUTypes                   optional[[]struct{ Type text }] `json:"pcu_types"`
}

func (w regionResponse) value() (Region, bool) {
	r := Region{
		Name: string(w.Name), Cloud: string(w.CloudProvider), DisplayName: string(w.DisplayName), Zone: string(w.Zone), Classification: string(w.Classification),
		Type: strings.ToLower(string(w.RegionType)), Enabled: w.Enabled.valueOr(true), Reserved: w.ReservedForQualifiedUsers.valueOr(false),
	}
	if r.Type == "" {
		r.Type = "serverless"
	}
	for _, pcu := range w.PCUTypes.v {
		r.PCUTypes = append(r.PCUTypes, string(pcu.Type))
	}
	return r, w.Name != ""
}

type regionsResponse = rows[regionResponse, Region]

type tiersResponse = rows[tierResponse, Region]

// tierResponse is a region for databases of one tier. The service's
// regionContinent is a place, not a zone.
type tierResponse struct {
	Tier, CloudProvider text
	Region              id
	RegionDisplay       text
}

func (w tierResponse) value() (Region, bool) {
	r := Region{
		Name: string(w.Region), Cloud: string(w.CloudProvider), DisplayName: string(w.RegionDisplay), Type: "classic", Enabled: true,
	}
	if strings.EqualFold(string(w.Tier), "serverless") {
		r.Type = "serverless"
	}
	return r, w.Region != ""
}

// classicRegions returns the distinct regions for classic databases.
func classicRegions(tiers []Region) []Region {
	seen := map[regionKey]bool{}
	return slices.DeleteFunc(tiers, func(r Region) bool {
		at := r.key()
		known := seen[at] || r.Type != "classic"
		seen[at] = seen[at] || !known
		return known
	})
}

// AddRegion starts to add a datacenter in another region of the database's
// cloud. It is listed once the database is active again. It needs
// db-manage-region.
//
//	POST /v2/databases/{databaseId}/datacenters
func (s *DatabaseService) AddRegion(ctx context.Context, d Database, region string) error {
	type datacenter struct {
		Tier          string `json:"tier"`
		CloudProvider string `json:"cloudProvider"`
		Region        string `json:"region"`
	}
	return s.post(ctx, call{
		path: "/v2/databases/{id}/datacenters", id: d.ID, body: []datacenter{{d.Tier, strings.ToUpper(d.Cloud), region}},
		permission: "db-manage-region", retry: atMostOnce,
	})
}

// RemoveRegion starts to remove a datacenter from its database. It needs
// db-manage-region.
//
//	POST /v2/databases/{databaseId}/datacenters/{datacenterId}/terminate
func (s *DatabaseService) RemoveRegion(ctx context.Context, id, datacenterID string) error {
	return s.post(ctx, call{
		path: "/v2/databases/{id}/datacenters/{part}/terminate", id: id, part: datacenterID, permission: "db-manage-region", retry: atMostOnce,
	})
}
