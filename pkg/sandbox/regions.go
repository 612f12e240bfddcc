package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func regionRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/availableRegions", errorFormat: database, action: "org-db-create", handle: listAvailableRegions},
		// One official client writes
		// /regions/serverless&filter-by-org=disabled.
		{method: "GET", path: "/v2/regions/{list}", errorFormat: database, action: "org-db-create", handle: listRegions},
	}
}

// classicKind is the kind of regions for classic databases.
const classicKind = "classic"

// region is a cloud region for a kind of database.
type region struct {
	Kind, Cloud, Name, Display, Zone, Class string

	Enabled, Reserved bool
}

func (r region) datacenter(number int, now time.Time) datacenter {
	return datacenter{Number: number, Cloud: r.Cloud, Region: r.Name, Zone: r.Zone, Class: r.Class, Created: now}
}

// catalogRegions returns some of the service's regions. Which are enabled or
// reserved is invented, and mostly also which are premium.
func catalogRegions() []region {
	at := func(cloud, name, display, zone, class string) region {
		return region{Cloud: cloud, Name: name, Display: display, Zone: zone, Class: class, Enabled: true}
	}
	all := []region{
		at("AWS", "us-east-1", "US East (N. Virginia)", "na", "standard"),
		at("AWS", "us-east-2", "US East (Ohio)", "na", "standard"),
		at("AWS", "us-west-2", "US West (Oregon)", "na", "standard"),
		at("AWS", "eu-central-1", "Europe (Frankfurt)", "emea", "premium"),
		at("AWS", "eu-west-1", "Europe (Ireland)", "emea", "standard"),
		at("AWS", "ap-south-1", "Asia Pacific (Mumbai)", "apac", "premium"),
		at("AWS", "ap-southeast-2", "Asia Pacific (Sydney)", "apac", "premium_plus"),
		at("AWS", "sa-east-1", "South America (São Paulo)", "sa", "premium_plus"),
		at("AZURE", "eastus", "East US (Virginia)", "na", "standard"),
		at("AZURE", "westus2", "West US 2 (Washington)", "na", "standard"),
		at("AZURE", "westeurope", "West Europe (Netherlands)", "emea", "premium"),
		at("AZURE", "brazilsouth", "Brazil South (São Paulo)", "sa", "premium_plus"),
		at("GCP", "us-central1", "US Central1 (Iowa)", "na", "standard"),
		at("GCP", "us-east1", "US East1 (South Carolina)", "na", "standard"),
		at("GCP", "us-east4", "US East4 (Virginia)", "na", "standard"),
		at("GCP", "us-west1", "US West1 (Oregon)", "na", "standard"),
		at("GCP", "europe-west1", "Europe West1 (Belgium)", "emea", "standard"),
		at("GCP", "europe-west2", "Europe West2 (London)", "emea", "premium"),
		at("GCP", "asia-south1", "Asia South1 (Mumbai)", "apac", "premium"),
		at("GCP", "australia-southeast1", "Australia Southeast1 (Sydney)", "apac", "premium_plus"),
	}
	for i, r := range all {
		if r.Class == "premium_plus" {
			all[i].Enabled, all[i].Reserved = r.Cloud == "AWS", true
		}
	}
	return all
}

// catalog returns the regions for each kind of database.
func catalog() []region {
	vectors := []string{"us-east-2", "us-west-2", "eu-west-1", "ap-south-1", "westus2", "westeurope", "us-east1", "us-east4", "europe-west2"}
	classics := []string{"us-east-1", "us-west-2", "eu-central-1", "us-east1", "us-west1", "europe-west1"}
	var all []region
	for _, kind := range []string{serverless, vector, classicKind} {
		for _, r := range catalogRegions() {
			r.Kind = kind
			if kind == serverless || kind == vector && slices.Contains(vectors, r.Name) || kind == classicKind && slices.Contains(classics, r.Name) {
				all = append(all, r)
			}
		}
	}
	return all
}

func findRegion(kind, cloud, name string) (region, bool) {
	for _, r := range catalog() {
		if r.Kind == kind && strings.EqualFold(r.Cloud, cloud) && r.Name == name {
			return r, true
		}
	}
	return region{}, false
}

type regionOut struct {
	Name           string `json:"name"`
	Cloud          string `json:"cloudProvider"`
	Display        string `json:"displayName"`
	Zone           string `json:"zone"`
	Classification string `json:"classification"`
	Enabled        bool   `json:"enabled"`
	Reserved       bool   `json:"reservedForQualifiedUsers"`
	Type           string `json:"region_type"`
}

// listRegions applies the filters like the service: unknown values mean the
// default.
func listRegions(c *request) (response, error) {
	name, glued, _ := strings.Cut(c.values["list"], "&")
	if name != serverless {
		return unrouted(), nil
	}
	query := c.query
	if more, err := url.ParseQuery(glued); err == nil && glued != "" {
		query = more
	}
	list := []regionOut{}
	for _, r := range catalog() {
		included := r.Kind == serverless
		switch strings.ToLower(query.Get("region-type")) {
		case "all":
			included = r.Kind != classicKind
		case vector:
			included = r.Kind == vector
		}
		if included && (r.Enabled || !strings.EqualFold(query.Get("filter-by-org"), "enabled")) {
			list = append(list, regionOut{r.Name, r.Cloud, r.Display, r.Zone, r.Class, r.Enabled, r.Reserved, r.Kind})
		}
	}
	return reply(http.StatusOK, list)
}

// availableRegion is a tier in a region.
type availableRegion struct {
	Tier          string `json:"tier"`
	Description   string `json:"description"`
	Cloud         string `json:"cloudProvider"`
	Region        string `json:"region"`
	Display       string `json:"regionDisplay"`
	Continent     string `json:"regionContinent"`
	Cost          cost   `json:"cost"`
	DatabasesUsed int    `json:"databaseCountUsed"`
	DatabaseLimit int    `json:"databaseCountLimit"`
	UnitsUsed     int    `json:"capacityUnitsUsed"`
	UnitLimit     int    `json:"capacityUnitsLimit"`
	StoragePerGB  int    `json:"defaultStoragePerCapacityUnitGb"`
}

// listAvailableRegions lists a region once for each tier.
func listAvailableRegions(c *request) (response, error) {
	all, err := c.allDatabases()
	if err != nil {
		return response{}, err
	}
	rows := []availableRegion{}
	for _, r := range catalog() {
		for _, tier := range tiers() {
			if r.Kind == vector || (r.Kind == serverless) != (tier == serverless) || tier == "cloudnative" {
				continue
			}
			row := availableRegion{
				Tier: tier, Description: "Tier " + tier, Cloud: r.Cloud, Region: r.Name, Display: r.Display, Continent: strings.ToUpper(r.Zone),
				Cost: db{Tier: tier, CapacityUnits: 1}.cost(), DatabaseLimit: 50, UnitLimit: 100, StoragePerGB: 500,
			}
			for _, d := range all {
				if d.Tier == tier && d.Datacenters[0].Cloud == r.Cloud && d.Datacenters[0].Region == r.Name && d.Status != "TERMINATED" {
					row.DatabasesUsed, row.UnitsUsed = row.DatabasesUsed+1, row.UnitsUsed+d.CapacityUnits
				}
			}
			rows = append(rows, row)
		}
	}
	return reply(http.StatusOK, rows)
}
