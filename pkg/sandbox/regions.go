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

	Enabled    bool // as in lists without a filter
	OrgEnabled bool // the organization may have databases in it
	Reserved   bool // for some customers
}

func (r region) datacenter(number int, now time.Time) datacenter {
	return datacenter{Number: number, Cloud: r.Cloud, Region: r.Name, Zone: r.Zone, Class: r.Class, Created: now}
}

// catalogRegions returns some of the service's regions. The names have the form
// of recorded ones. Which are enabled or reserved is invented, and mostly also
// which are premium.
func catalogRegions() []region {
	at := func(cloud, name, display, zone, class string) region {
		return region{Cloud: cloud, Name: name, Display: display, Zone: zone, Class: class, Enabled: true, OrgEnabled: true}
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
		at("AZURE", "eastus", "East US", "na", "standard"),
		at("AZURE", "eastus2", "East US 2", "na", "standard"),
		at("AZURE", "westus2", "West US 2", "na", "standard"),
		at("AZURE", "westus3", "West US 3", "na", "standard"),
		at("AZURE", "westeurope", "West Europe", "emea", "premium"),
		at("AZURE", "australiaeast", "Australia East", "apac", "premium"),
		at("AZURE", "brazilsouth", "Brazil South", "sa", "premium_plus"),
		at("GCP", "us-central1", "Council Bluffs, Iowa", "na", "standard"),
		at("GCP", "us-east1", "Moncks Corner, South Carolina", "na", "standard"),
		at("GCP", "us-east4", "Ashburn, Virginia", "na", "standard"),
		at("GCP", "us-west1", "The Dalles, Oregon", "na", "standard"),
		at("GCP", "us-west4", "Las Vegas, Nevada", "na", "standard"),
		at("GCP", "europe-west1", "West Europe1 (Saint-Ghislain, Belgium)", "emea", "standard"),
		at("GCP", "europe-west2", "West Europe2 (London, England)", "emea", "premium"),
		at("GCP", "europe-west3", "West Europe3 (Frankfurt, Germany)", "emea", "premium"),
		at("GCP", "asia-south1", "South Asia1 (Mumbai, India)", "apac", "premium"),
		at("GCP", "australia-southeast1", "Southeast Australia1 (Sydney, Australia)", "apac", "premium_plus"),
	}
	for i, r := range all {
		switch {
		case r.Name == "europe-west3": // recorded as enabled and reserved
			all[i].OrgEnabled, all[i].Reserved = false, true
		case r.Class == "premium_plus":
			all[i].Enabled, all[i].OrgEnabled, all[i].Reserved = r.Cloud == "AWS", r.Cloud == "AWS", true
		case r.Name == "ap-south-1":
			all[i].Enabled, all[i].OrgEnabled = false, false
		}
	}
	return all
}

// catalog returns the regions for each kind of database.
func catalog() []region {
	vectors := []string{
		"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "ap-south-1", "eastus2", "westus2", "westus3", "westeurope", "australiaeast",
		"us-east1", "us-east4", "us-west4", "europe-west2", "europe-west3",
	}
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

	PCUTypes []regionPCUType `json:"pcu_types"`
}

// regionPCUType is a type of capacity units that a region offers.
type regionPCUType struct {
	Type    string     `json:"type"`
	Details pcuDetails `json:"details"`
}

func (r region) out() regionOut {
	out := regionOut{r.Name, r.Cloud, r.Display, r.Zone, r.Class, r.Enabled, r.Reserved, r.Kind, []regionPCUType{}}
	for _, t := range pcuTypes() {
		out.PCUTypes = append(out.PCUTypes, regionPCUType{t.Type, t.Details})
	}
	return out
}

// listRegions applies the filters like the service: unknown values mean the
// default. Only filter-by-org=enabled says where the organization may have
// databases: other lists have enabled regions in which it may not.
func listRegions(c *request) (response, error) {
	name, glued, _ := strings.Cut(c.values["list"], "&")
	if name != serverless {
		return gatewayNotFound(), nil
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
		if included && (r.OrgEnabled || !strings.EqualFold(query.Get("filter-by-org"), "enabled")) {
			list = append(list, r.out())
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
				Tier: tier, Description: "Tier " + tier, Cloud: r.Cloud, Region: r.Name, Display: r.Display,
				Continent: r.Display, // a place, in spite of its name
				Cost:      db{Tier: tier, CapacityUnits: 1}.cost(), DatabaseLimit: 50, UnitLimit: 100, StoragePerGB: 500,
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
