package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const manageStreams = "org-stream-manage"

// streamingRoutes returns the routes of Astra Streaming that clients of
// databases call. Creating tenants, their tokens and limits, and the lists of
// clusters belong to a product of its own.
func streamingRoutes() []route {
	const tenant = "/v2/streaming/tenants/{tenant}"
	return []route{
		{method: "GET", path: "/v2/streaming/tenants", action: manageStreams, handle: listTenants},
		{method: "GET", path: tenant, action: manageStreams, handle: getTenant},
		{method: "HEAD", path: tenant, action: manageStreams, handle: checkTenant},
		{method: "GET", path: "/v2/streaming/astra-cdc/databases/{databaseID}", action: manageStreams, handle: listTenantCDC},
	}
}

// streamingTenant is the stored form of a tenant; tenantOut is that of
// responses.
type streamingTenant struct {
	ID      string    `json:"id"`
	Name    string    `json:"tenantName"`
	Cluster string    `json:"clusterName"`
	Cloud   string    `json:"cloudProvider"`
	Region  string    `json:"cloudRegion"` // without dashes, as the service writes it
	Plan    string    `json:"plan"`
	Created time.Time `json:"created"`
}

func streamingTenants() table[streamingTenant] {
	return table[streamingTenant]{"streamingTenants", func(t streamingTenant) []string { return []string{t.ID} }}
}

func (t streamingTenant) needs() string {
	if !isUUID(t.ID) || t.Name == "" || t.Cluster == "" {
		return "an id, a tenantName and a clusterName"
	}
	return ""
}

// tenantOut has the keys of the published description. One official client
// reads the codes as numbers, another as strings: empty strings are both.
type tenantOut struct {
	Namespace              string `json:"namespace"` // empty, except after the creation
	Topic                  string `json:"topic"`
	ID                     string `json:"id"`
	TenantName             string `json:"tenantName"`
	ClusterName            string `json:"clusterName"`
	WebServiceURL          string `json:"webServiceUrl"`
	BrokerServiceURL       string `json:"brokerServiceUrl"`
	WebsocketURL           string `json:"websocketUrl"`
	WebsocketQueryParamURL string `json:"websocketQueryParamUrl"`
	PulsarToken            string `json:"pulsarToken"`
	Plan                   string `json:"plan"`
	PlanCode               string `json:"planCode"`
	AstraOrgGUID           string `json:"astraOrgGUID"`
	CloudProvider          string `json:"cloudProvider"`
	CloudProviderCode      string `json:"cloudProviderCode"`
	CloudRegion            string `json:"cloudRegion"`
	Status                 string `json:"status"`
	JVMVersion             string `json:"jvmVersion"`
	PulsarVersion          string `json:"pulsarVersion"`
	UserMetricsURL         string `json:"userMetricsUrl"`
}

// tenantOut returns a tenant with its token of Pulsar, which the service returns
// in every answer.
func (c *request) tenantOut(t streamingTenant) tenantOut {
	host := t.Cluster + ".streaming.datastax.com"
	return tenantOut{
		ID: t.ID, TenantName: t.Name, ClusterName: t.Cluster, AstraOrgGUID: c.meta.OrgID, CloudProvider: t.Cloud, CloudRegion: t.Region,
		WebServiceURL: "https://" + host, BrokerServiceURL: "pulsar+ssl://" + host + ":6651", WebsocketURL: "wss://" + host + ":8001/ws/v2",
		WebsocketQueryParamURL: "wss://" + host + ":8500/ws/v2", PulsarToken: "eyJhbGciOiJub25lIn0." + c.sign(t.ID),
		Plan: t.Plan, Status: "active", JVMVersion: "JDK11", PulsarVersion: "2.10",
		UserMetricsURL: "https://prometheus-" + host + "/pulsarmetrics/" + t.Name,
	}
}

func listTenants(c *request) (response, error) {
	all, err := streamingTenants().all(c.tx)
	if err != nil {
		return response{}, err
	}
	out := []tenantOut{}
	for _, t := range all {
		out = append(out, c.tenantOut(t))
	}
	return reply(http.StatusOK, out)
}

// findTenant returns the tenant in the path that fits.
func (c *request) findTenant(fits func(streamingTenant) bool) (streamingTenant, error) {
	all, err := streamingTenants().all(c.tx)
	if err != nil {
		return streamingTenant{}, err
	}
	for _, t := range all {
		if t.Name == c.values["tenant"] && fits(t) {
			return t, nil
		}
	}
	return streamingTenant{}, refuse(http.StatusNotFound, "tenant %s not found", c.values["tenant"])
}

// getTenant returns the tenant in the cluster that a header names.
func getTenant(c *request) (response, error) {
	cluster := c.header.Get("X-DataStax-Pulsar-Cluster")
	t, err := c.findTenant(func(t streamingTenant) bool { return cluster == "" || t.Cluster == cluster })
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, c.tenantOut(t))
}

// checkTenant answers whether a name is taken, anywhere or in one region.
func checkTenant(c *request) (response, error) {
	cloud, region := c.query.Get("provider"), strings.ReplaceAll(c.query.Get("region"), "-", "")
	if (cloud == "") != (region == "") {
		return response{}, refuse(http.StatusBadRequest, "provider and region are only valid together")
	}
	_, err := c.findTenant(func(t streamingTenant) bool {
		return cloud == "" || strings.EqualFold(t.Cloud, cloud) && strings.EqualFold(t.Region, region)
	})
	if err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}

// tenantCDC is the change data capture of one table into one tenant, in the form
// before version 3 of the API.
type tenantCDC struct {
	OrgID           string `json:"orgId"`
	ClusterName     string `json:"clusterName"`
	Tenant          string `json:"tenant"`
	Namespace       string `json:"namespace"`
	ConnectorName   string `json:"connectorName"`
	ConfigType      string `json:"configType"`
	DatabaseID      string `json:"databaseId"`
	DatabaseName    string `json:"databaseName"`
	Keyspace        string `json:"keyspace"`
	DatabaseTable   string `json:"databaseTable"`
	ConnectorStatus string `json:"connectorStatus"`
	CDCStatus       string `json:"cdcStatus"`
	CODStatus       string `json:"codStatus"`
	EventTopic      string `json:"eventTopic"`
	DataTopic       string `json:"dataTopic"`
}

// listTenantCDC returns an empty list for a database without change data
// capture.
func listTenantCDC(c *request) (response, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	x, _, err := cdcs().find(c.tx, d.ID)
	if err != nil {
		return response{}, err
	}
	out := []tenantCDC{}
	for _, r := range x.Regions {
		for _, t := range x.Tables {
			name := fmt.Sprintf("%s-%s.%s", d.ID, t.Keyspace, t.Table)
			topic := "persistent://" + r.Tenant + "/astracdc/"
			out = append(out, tenantCDC{
				OrgID: x.Org, ClusterName: r.Cluster, Tenant: r.Tenant, Namespace: "astracdc", ConnectorName: "cassandra-source-" + name, ConfigType: "CASSANDRA",
				DatabaseID: d.ID, DatabaseName: d.Name, Keyspace: t.Keyspace, DatabaseTable: t.Table,
				ConnectorStatus: active, CDCStatus: active, CODStatus: active, EventTopic: topic + "log-" + name, DataTopic: topic + "data-" + name,
			})
		}
	}
	return reply(http.StatusOK, out)
}
