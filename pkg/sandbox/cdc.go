package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

func cdcRoutes() []route {
	const list = "/v3/databases/{databaseID}/cdc"
	return []route{
		{method: "GET", path: list, errorFormat: database, action: "org-db-view", handle: getCDC},
		{method: "POST", path: list, errorFormat: database, action: "org-db-create", handle: func(c *request) (response, error) { return c.setCDC(http.StatusCreated) }},
		{method: "PUT", path: list, errorFormat: database, action: "org-db-create", handle: func(c *request) (response, error) { return c.setCDC(http.StatusNoContent) }},
		{method: "DELETE", path: list, errorFormat: database, action: "org-db-terminate", handle: deleteCDC},
		{method: "GET", path: "/v3/databases/{databaseID}/keyspaces/{keyspace}/tables/{table}/cdc", errorFormat: database, action: "org-db-view", handle: getTableCDC},
	}
}

// cdc is the change data capture of a database, as in responses of the service.
type cdc struct {
	Org      string      `json:"orgID"`
	Database string      `json:"databaseID"`
	Name     string      `json:"databaseName"`
	Tables   []cdcTable  `json:"tables"`
	Regions  []cdcRegion `json:"regions"`
}

type cdcTable struct {
	Table    string `json:"tableName"`
	Keyspace string `json:"keyspaceName"`
}

type cdcRegion struct {
	Datacenter string `json:"datacenterID"`
	Region     string `json:"datacenterRegion"`
	Cluster    string `json:"streamingClusterName"`
	Tenant     string `json:"streamingTenantName"`
}

func cdcs() table[cdc] {
	return table[cdc]{"cdc", func(x cdc) []string { return []string{x.Database} }}
}

func (x cdc) needs() string {
	if !isUUID(x.Database) || len(x.Tables) == 0 {
		return "a database ID and tables"
	}
	return ""
}

func (c *request) cdc() (cdc, error) {
	if _, err := c.findDatabase(c.values["databaseID"]); err != nil {
		return cdc{}, err
	}
	x, found, err := cdcs().find(c.tx, c.values["databaseID"])
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "database %s has no change data capture", c.values["databaseID"])
	}
	return x, err
}

func getCDC(c *request) (response, error) {
	x, err := c.cdc()
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, x)
}

func (c *request) setCDC(status int) (response, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	in, err := decode[struct {
		OrgID, DatabaseID, DatabaseName string
		Tables                          []cdcTable
		Regions                         []cdcRegion
	}](c)
	if err != nil {
		return response{}, err
	}
	_, exists, err := cdcs().find(c.tx, d.ID)
	switch state := d.stateAt(c.now).Status; {
	case err != nil:
		return response{}, err
	case state != "ACTIVE":
		return response{}, refuse(http.StatusConflict, "database %s is %s", d.ID, state)
	case status == http.StatusCreated && exists:
		return response{}, refuse(http.StatusConflict, "database %s already has change data capture", d.ID)
	case status != http.StatusCreated && !exists:
		return response{}, refuse(http.StatusNotFound, "database %s has no change data capture", d.ID)
	case in.DatabaseName != d.Name || in.DatabaseID != "" && in.DatabaseID != d.ID:
		return response{}, refuse(http.StatusBadRequest, "databaseName does not match the database")
	case len(in.Tables) == 0 || len(in.Regions) == 0:
		return response{}, refuse(http.StatusBadRequest, "tables and regions are required")
	}
	for _, t := range in.Tables {
		if t.Table == "" || !slices.Contains(d.Keyspaces, t.Keyspace) {
			return response{}, refuse(http.StatusBadRequest, "table %q of keyspace %q not found", t.Table, t.Keyspace)
		}
	}
	for _, r := range in.Regions {
		if !strings.HasPrefix(r.Datacenter, d.ID+"-") || r.Region == "" || r.Cluster == "" || r.Tenant == "" {
			return response{}, refuse(http.StatusBadRequest, "a region needs datacenterID, datacenterRegion, streamingClusterName and streamingTenantName")
		}
	}
	if err := cdcs().put(c.tx, cdc{c.meta.OrgID, d.ID, d.Name, in.Tables, in.Regions}); err != nil {
		return response{}, err
	}
	return replyEmpty(status)
}

func deleteCDC(c *request) (response, error) {
	x, err := c.cdc()
	if err != nil {
		return response{}, err
	}
	in, err := decode[struct {
		DatabaseID string
		Tables     []cdcTable
	}](c)
	if err != nil {
		return response{}, err
	}
	if in.DatabaseID != x.Database || len(in.Tables) == 0 {
		return response{}, refuse(http.StatusBadRequest, "databaseID and tables are required")
	}
	for _, t := range in.Tables {
		if !slices.Contains(x.Tables, t) {
			return response{}, refuse(http.StatusNotFound, "table %s.%s has no change data capture", t.Keyspace, t.Table)
		}
	}
	x.Tables = slices.DeleteFunc(x.Tables, func(t cdcTable) bool { return slices.Contains(in.Tables, t) })
	if len(x.Tables) == 0 {
		err = cdcs().remove(c.tx, x.Database)
	} else {
		err = cdcs().put(c.tx, x)
	}
	if err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusNoContent)
}

func getTableCDC(c *request) (response, error) {
	x, err := c.cdc()
	if err != nil {
		return response{}, err
	}
	if !slices.Contains(x.Tables, cdcTable{c.values["table"], c.values["keyspace"]}) {
		return response{}, refuse(http.StatusNotFound, "table %s.%s has no change data capture", c.values["keyspace"], c.values["table"])
	}
	return reply(http.StatusOK, []map[string]any{{
		"orgID": x.Org, "databaseID": x.Database, "databaseName": x.Name, "regions": x.Regions, "status": "Active",
	}})
}
