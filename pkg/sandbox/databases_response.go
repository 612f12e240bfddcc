package sandbox

import (
	"cmp"
	"fmt"
	"time"
)

// databaseOut is a database as in responses of the service in 2026. Official
// clients read many of its keys without checks: omit only those that the
// service omits.
type databaseOut struct {
	ID               string         `json:"id"`
	OrgID            string         `json:"orgId"`
	OwnerID          string         `json:"ownerId"`
	Info             databaseInfo   `json:"info"`
	CreationTime     time.Time      `json:"creationTime"`
	TerminationTime  time.Time      `json:"terminationTime"` // year 1 before the termination
	Status           string         `json:"status"`
	Storage          storage        `json:"storage"`
	Metrics          map[string]int `json:"metrics"`
	Cost             cost           `json:"cost"`
	AvailableActions []string       `json:"availableActions,omitzero"` // nil after the termination
	GrafanaURL       string         `json:"grafanaUrl"`
	CQLShellURL      string         `json:"cqlshUrl"`
	GraphQLURL       string         `json:"graphqlUrl"`
	DataEndpointURL  string         `json:"dataEndpointUrl"`
	LastUsageTime    time.Time      `json:"lastUsageTime"`
	ObservedStatus   string         `json:"observedStatus"`
}

type databaseInfo struct {
	Name string `json:"name"`
	// Three keys have the same value: the first two are in the specification
	// and used by the Terraform provider, all other clients read the third.
	Keyspace            string          `json:"keyspace"`
	AdditionalKeyspaces []string        `json:"additionalKeyspaces,omitempty"`
	Keyspaces           []string        `json:"keyspaces"`
	DBType              string          `json:"dbType,omitempty"`
	Datacenters         []datacenterOut `json:"datacenters"`
	CloudProvider       string          `json:"cloudProvider"`
	Tier                string          `json:"tier"`
	CapacityUnits       int             `json:"capacityUnits"`
	Region              string          `json:"region"`
	User                *string         `json:"user,omitempty"`
	Password            *string         `json:"password,omitempty"` // always empty
}

type datacenterOut struct {
	ID                        string    `json:"id"`
	Name                      string    `json:"name"`
	Tier                      string    `json:"tier"`
	Status                    string    `json:"status"` // always empty
	CloudProvider             string    `json:"cloudProvider"`
	Region                    string    `json:"region"`
	RegionZone                string    `json:"regionZone"`
	RegionClassification      string    `json:"regionClassification"`
	CapacityUnits             int       `json:"capacityUnits"`
	IsPrimary                 bool      `json:"isPrimary"`
	RequestedNodeCount        int       `json:"requestedNodeCount"`
	CloudAccount              string    `json:"cloudAccount"`
	TargetAccount             string    `json:"targetAccount"`
	StreamingTenant           tenantRef `json:"streamingTenant"`
	SecureBundleURL           string    `json:"secureBundleUrl"`
	SecureBundleInternalURL   string    `json:"secureBundleInternalUrl"`
	SecureBundleProxyURL      string    `json:"secureBundleMigrationProxyUrl"`
	SecureBundleProxyInnerURL string    `json:"secureBundleMigrationProxyInternalUrl"`
	DateCreated               time.Time `json:"dateCreated"`
}

// tenantRef names a streaming tenant. In recorded databases it is always empty.
type tenantRef struct {
	Cluster string `json:"streamingClusterName"`
	Tenant  string `json:"streamingTenantName"`
}

type storage struct {
	NodeCount         int `json:"nodeCount"`
	ReplicationFactor int `json:"replicationFactor"`
	TotalStorage      int `json:"totalStorage"`
	DisplayStorage    int `json:"displayStorage"`
}

// nodesPerRegion is the number of nodes in each region of a database.
const nodesPerRegion = 3

// databaseOut returns a database as the caller sees it, with addresses of its
// bundles at the host of the request.
func (c *request) databaseOut(d db) databaseOut {
	primary := d.Datacenters[0]
	host := d.ID + "-" + primary.Region
	apps := "https://" + host + ".apps.astra.datastax.com"
	return databaseOut{
		ID: d.ID, OrgID: c.meta.OrgID, OwnerID: d.OwnerID, Info: c.databaseInfo(d),
		CreationTime: d.Created, TerminationTime: d.Terminated, LastUsageTime: d.Created,
		Status: d.Status, ObservedStatus: d.Status,
		Storage:          d.storage(),
		Metrics:          map[string]int{"writeRequestsTotalCount": 0, "readRequestsTotalCount": 0, "liveDataSizeBytes": 0, "errorsTotalCount": 0},
		Cost:             d.cost(),
		AvailableActions: d.actions(),
		GrafanaURL:       "https://" + host + ".dashboard.astra.datastax.com/d/cloud/dse-cluster-condensed?refresh=30s&orgId=1&kiosk=tv",
		CQLShellURL:      apps + "/cqlsh",
		GraphQLURL:       apps + "/api/graphql",
		DataEndpointURL:  apps + "/api/rest",
	}
}

func (c *request) databaseInfo(d db) databaseInfo {
	primary := d.Datacenters[0]
	info := databaseInfo{
		Name: d.Name, Keyspace: d.Keyspaces[0], AdditionalKeyspaces: d.Keyspaces[1:], Keyspaces: d.Keyspaces, DBType: d.Type,
		CloudProvider: primary.Cloud, Tier: d.Tier, CapacityUnits: d.CapacityUnits, Region: primary.Region,
	}
	if d.classic() {
		info.User, info.Password = &d.User, new(string)
	}
	for _, dc := range d.Datacenters {
		info.Datacenters = append(info.Datacenters, c.datacenterOut(d, dc))
	}
	return info
}

func (c *request) datacenterOut(d db, dc datacenter) datacenterOut {
	account := cloudAccount(dc.Cloud)
	return datacenterOut{
		ID: d.datacenterID(dc), Name: fmt.Sprintf("dc-%d", dc.Number), Tier: d.Tier, CloudProvider: dc.Cloud, Region: dc.Region,
		RegionZone: dc.Zone, RegionClassification: cmp.Or(dc.Class, "standard"), CapacityUnits: d.CapacityUnits,
		IsPrimary: dc.Number == d.Datacenters[0].Number, RequestedNodeCount: nodesPerRegion, CloudAccount: account, TargetAccount: account,
		SecureBundleURL: c.bundleURL(d, dc, bundlePublic), SecureBundleInternalURL: c.bundleURL(d, dc, bundleInternal),
		SecureBundleProxyURL: c.bundleURL(d, dc, bundleProxy), SecureBundleProxyInnerURL: c.bundleURL(d, dc, bundleProxyInternal),
		DateCreated: dc.Created,
	}
}

// datacenterID returns the ID of a datacenter of the database.
func (d db) datacenterID(dc datacenter) string { return fmt.Sprintf("%s-%d", d.ID, dc.Number) }

// cloudAccount returns the account of the service in a cloud, in the form of
// that cloud.
func cloudAccount(cloud string) string {
	switch cloud {
	case "AWS":
		return "123456789012"
	case "GCP":
		return "astra-sandbox"
	default:
		return "00000000-0000-4000-8000-000000000000"
	}
}

func (d db) storage() storage {
	regions := len(d.Datacenters)
	if d.classic() {
		size := 500 * d.CapacityUnits
		return storage{NodeCount: nodesPerRegion * regions, ReplicationFactor: 3, TotalStorage: size, DisplayStorage: size}
	}
	return storage{NodeCount: nodesPerRegion * regions, ReplicationFactor: regions, TotalStorage: 5, DisplayStorage: 10}
}

// actions returns the available actions: those recorded for each status, those
// of the specification for parked databases, none during a change, and nil
// after the termination.
func (d db) actions() []string {
	switch {
	case d.Status == "TERMINATED":
		return nil
	case d.Status == "PARKED":
		return []string{"unpark", "getCreds", "terminate"}
	case d.Status == "HIBERNATED":
		return []string{
			"resumeHibernatedCluster", "getCreds", "addKeyspace", "removeKeyspace", "terminate", "terminateDatacenter",
		}
	case d.Status != "ACTIVE":
		return []string{}
	case d.Tier == developer:
		return []string{"park", "getCreds", "resetPassword", "terminate", "addKeyspace", "removeKeyspace", "addTable"}
	case d.classic():
		return []string{"park", "resize", "getCreds", "resetPassword", "terminate", "addKeyspace", "removeKeyspace", "addTable"}
	default:
		return []string{
			"getCreds", "addDatacenters", "cloneDatabaseFromSnapshot", "terminateDatacenter", "setEngineType", "terminate", "addKeyspace",
			"removeKeyspace", "suspend", "updateVectorAgent", "getVectorAgentConfig", "hibernate", "migrate",
		}
	}
}
