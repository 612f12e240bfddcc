package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

func cdcRoutes() []route {
	const list = "/v3/databases/{databaseID}/cdc"
	return []route{
		{method: "GET", path: list, shape: database, action: "org-db-view", handle: getCDC},
		{method: "POST", path: list, shape: database, action: "org-db-create", handle: func(c *request) (answer, error) { return c.setCDC(http.StatusCreated) }},
		{method: "PUT", path: list, shape: database, action: "org-db-create", handle: func(c *request) (answer, error) { return c.setCDC(http.StatusNoContent) }},
		{method: "DELETE", path: list, shape: database, action: "org-db-terminate", handle: deleteCDC},
		{method: "GET", path: "/v3/databases/{databaseID}/keyspaces/{keyspace}/tables/{table}/cdc", shape: database, action: "org-db-view", handle: getTableCDC},
	}
}

// cdc is the change data capture of a database, in the form in which the service
// answers.
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
		return "the id of a database, and tables"
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

func getCDC(c *request) (answer, error) {
	x, err := c.cdc()
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, x)
}

func (c *request) setCDC(status int) (answer, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return answer{}, err
	}
	in, err := decode[struct {
		OrgID, DatabaseID, DatabaseName string
		Tables                          []cdcTable
		Regions                         []cdcRegion
	}](c)
	if err != nil {
		return answer{}, err
	}
	_, exists, err := cdcs().find(c.tx, d.ID)
	switch {
	case err != nil:
		return answer{}, err
	case status == http.StatusCreated && exists:
		return answer{}, refuse(http.StatusConflict, "database %s already has change data capture", d.ID)
	case status != http.StatusCreated && !exists:
		return answer{}, refuse(http.StatusNotFound, "database %s has no change data capture", d.ID)
	case in.DatabaseName != d.Name || in.DatabaseID != "" && in.DatabaseID != d.ID:
		return answer{}, refuse(http.StatusBadRequest, "databaseName must be that of the database")
	case len(in.Tables) == 0 || len(in.Regions) == 0:
		return answer{}, refuse(http.StatusBadRequest, "tables and regions are required")
	}
	for _, t := range in.Tables {
		if t.Table == "" || !slices.Contains(d.Keyspaces, t.Keyspace) {
			return answer{}, refuse(http.StatusBadRequest, "there is no table %q in a keyspace %q", t.Table, t.Keyspace)
		}
	}
	for _, r := range in.Regions {
		if !strings.HasPrefix(r.Datacenter, d.ID+"-") || r.Region == "" || r.Cluster == "" || r.Tenant == "" {
			return answer{}, refuse(http.StatusBadRequest, "a region needs datacenterID, datacenterRegion, streamingClusterName and streamingTenantName")
		}
	}
	if err := cdcs().put(c.tx, cdc{c.meta.OrgID, d.ID, d.Name, in.Tables, in.Regions}); err != nil {
		return answer{}, err
	}
	return done(status)
}

func deleteCDC(c *request) (answer, error) {
	x, err := c.cdc()
	if err != nil {
		return answer{}, err
	}
	in, err := decode[struct {
		DatabaseID string
		Tables     []cdcTable
	}](c)
	if err != nil {
		return answer{}, err
	}
	if in.DatabaseID != x.Database || len(in.Tables) == 0 {
		return answer{}, refuse(http.StatusBadRequest, "databaseID and tables are required")
	}
	for _, t := range in.Tables {
		if !slices.Contains(x.Tables, t) {
			return answer{}, refuse(http.StatusNotFound, "table %s.%s has no change data capture", t.Keyspace, t.Table)
		}
	}
	x.Tables = slices.DeleteFunc(x.Tables, func(t cdcTable) bool { return slices.Contains(in.Tables, t) })
	if len(x.Tables) == 0 {
		err = cdcs().remove(c.tx, x.Database)
	} else {
		err = cdcs().put(c.tx, x)
	}
	if err != nil {
		return answer{}, err
	}
	return done(http.StatusNoContent)
}

func getTableCDC(c *request) (answer, error) {
	x, err := c.cdc()
	if err != nil {
		return answer{}, err
	}
	if !slices.Contains(x.Tables, cdcTable{c.values["table"], c.values["keyspace"]}) {
		return answer{}, refuse(http.StatusNotFound, "table %s.%s has no change data capture", c.values["keyspace"], c.values["table"])
	}
	return reply(http.StatusOK, []map[string]any{{
		"orgID": x.Org, "databaseID": x.Database, "databaseName": x.Name, "regions": x.Regions, "status": "Active",
	}})
}
