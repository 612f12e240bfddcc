package sandbox

import (
	"cmp"
	"fmt"
	"time"
)

// databaseOut is a database as in responses of the service. Official clients
// read many of its keys without checks: never omit one.
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
	AvailableActions []string       `json:"availableActions"`
	StudioURL        string         `json:"studioUrl"`
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
	SecureBundleURL           string    `json:"secureBundleUrl"`
	SecureBundleInternalURL   string    `json:"secureBundleInternalUrl"`
	SecureBundleProxyURL      string    `json:"secureBundleMigrationProxyUrl"`
	SecureBundleProxyInnerURL string    `json:"secureBundleMigrationProxyInternalUrl"`
	DateCreated               time.Time `json:"dateCreated"`
}

type storage struct {
	NodeCount         int `json:"nodeCount"`
	ReplicationFactor int `json:"replicationFactor"`
	TotalStorage      int `json:"totalStorage"`
	UsedStorage       int `json:"usedStorage"`
}

func (d db) out(orgID string) databaseOut {
	primary := d.Datacenters[0]
	host := d.ID + "-" + primary.Region
	apps := "https://" + host + ".apps.astra.datastax.com"
	return databaseOut{
		ID: d.ID, OrgID: orgID, OwnerID: d.OwnerID, Info: d.info(),
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

func (d db) info() databaseInfo {
	primary := d.Datacenters[0]
	info := databaseInfo{
		Name: d.Name, Keyspace: d.Keyspaces[0], AdditionalKeyspaces: d.Keyspaces[1:], Keyspaces: d.Keyspaces, DBType: d.Type,
		CloudProvider: primary.Cloud, Tier: d.Tier, CapacityUnits: d.CapacityUnits, Region: primary.Region,
	}
	if d.classic() {
		info.User, info.Password = &d.User, new(string)
	}
	for _, dc := range d.Datacenters {
		info.Datacenters = append(info.Datacenters, d.datacenter(dc))
	}
	return info
}

func (d db) datacenter(dc datacenter) datacenterOut {
	id := fmt.Sprintf("%s-%d", d.ID, dc.Number)
	bundle := func(kind string) string {
		return "https://datastax-cluster-config-prod.s3.us-east-2.amazonaws.com/" + id + "/secure-connect-" + kind + d.Name + ".zip"
	}
	return datacenterOut{
		ID: id, Name: fmt.Sprintf("dc-%d", dc.Number), Tier: d.Tier, CloudProvider: dc.Cloud, Region: dc.Region,
		RegionZone: dc.Zone, RegionClassification: cmp.Or(dc.Class, "standard"), CapacityUnits: d.CapacityUnits,
		SecureBundleURL: bundle(""), SecureBundleInternalURL: bundle("internal-"),
		SecureBundleProxyURL: bundle("proxy-"), SecureBundleProxyInnerURL: bundle("proxy-internal-"),
		DateCreated: dc.Created,
	}
}

func (d db) storage() storage {
	regions := len(d.Datacenters)
	if d.classic() {
		return storage{NodeCount: 3 * regions, ReplicationFactor: 3, TotalStorage: 500 * d.CapacityUnits}
	}
	return storage{NodeCount: 3 * regions, ReplicationFactor: regions, TotalStorage: 5}
}

// actions returns the available actions: those recorded for each status, those
// of the specification for parked databases, and none during a change.
func (d db) actions() []string {
	switch {
	case d.Status == "PARKED":
		return []string{"unpark", "getCreds", "terminate"}
	case d.Status == "HIBERNATED":
		return []string{
			"resumeHibernatedCluster", "getCreds", "addKeyspace", "removeKeyspace", "terminate", "terminateDatacenter", "migrateServerlessTenant",
		}
	case d.Status != "ACTIVE":
		return []string{}
	case d.Tier == developer:
		return []string{"park", "getCreds", "resetPassword", "terminate", "addKeyspace", "removeKeyspace", "addTable"}
	case d.classic():
		return []string{"park", "resize", "getCreds", "resetPassword", "terminate", "addKeyspace", "removeKeyspace", "addTable"}
	default:
		return []string{
			"suspend", "setEngineType", "removeKeyspace", "getVectorAgentConfig", "getCreds", "migrateServerlessTenant", "addKeyspace",
			"updateVectorAgent", "hibernate", "cloneDatabaseFromSnapshot", "terminateDatacenter", "addDatacenters", "terminate", "migrate",
		}
	}
}
