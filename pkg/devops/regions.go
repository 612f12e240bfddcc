package devops

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// RegionService has the calls about the regions that databases can be in.
type RegionService service

// A Region is where databases of one type can be. Zone and Classification are
// as the API writes them: "na" and "standard", for instance.
type Region struct {
	Name, Cloud, DisplayName string
	Zone, Classification     string
	Type                     string // "vector", "serverless" or "classic"
	Enabled                  bool   // for the organization
	Reserved                 bool   // for some customers
}

// Serverless returns the regions for databases of the types "serverless" and
// "vector". It needs org-db-create.
//
//	GET /v2/regions/serverless
func (s *RegionService) Serverless(ctx context.Context) ([]Region, error) {
	regions, err := fetch[wireRegions](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/regions/serverless", query: url.Values{"region-type": {"all"}}, permission: "org-db-create", class: read,
	})
	return listed(s.client, regions, err)
}

// Classic returns the regions for classic databases, each once, though the API
// has one for each tier. It needs org-db-create.
//
//	GET /v2/availableRegions
func (s *RegionService) Classic(ctx context.Context) ([]Region, error) {
	tiers, err := fetch[wireTiers](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/availableRegions", permission: "org-db-create", class: read,
	})
	return classic(tiers), err
}

// A wireRegion without a word about being enabled is enabled: older services
// list no others.
type wireRegion struct {
	Name                       id
	CloudProvider, DisplayName text
	Zone, Classification       text
	RegionType                 text `json:"region_type"`
	Enabled                    flag
	ReservedForQualifiedUsers  flag
}

func (w wireRegion) value() (Region, bool) {
	r := Region{
		Name: string(w.Name), Cloud: string(w.CloudProvider), DisplayName: string(w.DisplayName), Zone: string(w.Zone), Classification: string(w.Classification),
		Type: strings.ToLower(string(w.RegionType)), Enabled: w.Enabled.or(true), Reserved: w.ReservedForQualifiedUsers.or(false),
	}
	if r.Type == "" {
		r.Type = "serverless"
	}
	return r, w.Name != ""
}

type wireRegions = rows[wireRegion, Region]

type wireTiers = rows[wireTier, Region]

// A wireTier is a region for databases of one tier.
type wireTier struct {
	Tier, CloudProvider text
	Region              id
	RegionDisplay       text
	RegionContinent     text
}

func (w wireTier) value() (Region, bool) {
	r := Region{
		Name: string(w.Region), Cloud: string(w.CloudProvider), DisplayName: string(w.RegionDisplay), Zone: strings.ToLower(string(w.RegionContinent)),
		Type: "classic", Enabled: true,
	}
	if strings.EqualFold(string(w.Tier), "serverless") {
		r.Type = "serverless"
	}
	return r, w.Region != ""
}

// classic returns the regions for classic databases, each once.
func classic(tiers []Region) []Region {
	type place struct{ cloud, name string }
	seen := map[place]bool{}
	return slices.DeleteFunc(tiers, func(r Region) bool {
		at := place{strings.ToUpper(r.Cloud), r.Name}
		known := seen[at] || r.Type != "classic"
		seen[at] = seen[at] || !known
		return known
	})
}

// AddRegion begins to make a datacenter of a database in another region of its
// cloud. It is listed when the database is active again. It needs
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
		permission: "db-manage-region", class: once,
	})
}

// RemoveRegion begins to take a datacenter away from its database. It needs
// db-manage-region.
//
//	POST /v2/databases/{databaseId}/datacenters/{datacenterId}/terminate
func (s *DatabaseService) RemoveRegion(ctx context.Context, id, datacenterID string) error {
	return s.post(ctx, call{
		path: "/v2/databases/{id}/datacenters/{part}/terminate", id: id, part: datacenterID, permission: "db-manage-region", class: once,
	})
}
