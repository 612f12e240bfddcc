package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

func telemetryRoutes() []route {
	const metrics, audits = "/v2/databases/{databaseID}/telemetry/metrics", "/v2/organizations/{orgID}/telemetry/auditLogs"
	return []route{
		{method: "GET", path: metrics, action: "db-manage-thirdpartymetrics", handle: getMetrics},
		{method: "POST", path: metrics, action: "db-manage-thirdpartymetrics", handle: setMetrics},
		{method: "GET", path: audits, action: "org-audits-read", handle: getAudits},
		{method: "POST", path: audits, action: "org-audits-read", handle: setAudits},
		{method: "DELETE", path: audits, action: "org-audits-read", handle: deleteAudits},
	}
}

// export is the destination of a database's metrics or the organization's audit
// log. It is stored as sent, including secrets: those of a sandbox are not
// real.
type export struct {
	Of     string                     `json:"of"` // ID of a database or of the organization
	Config map[string]json.RawMessage `json:"config"`
}

func exports() table[export] {
	return table[export]{"exports", func(e export) []string { return []string{e.Of} }}
}

func (e export) needs() string {
	if !isUUID(e.Of) || len(e.Config) == 0 {
		return "the ID of a database or organization, and a destination"
	}
	return ""
}

func (c *request) getExport(of string) (response, error) {
	e, found, err := exports().find(c.tx, of)
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "%s has no telemetry configuration", of)
	}
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, e.Config)
}

// setExport replaces an existing configuration, which may have several destinations.
func (c *request) setExport(of string, kinds []string) (response, error) {
	in, err := decode[map[string]json.RawMessage](c)
	if err != nil {
		return response{}, err
	}
	if len(in) == 0 {
		return response{}, refuse(http.StatusBadRequest, "a destination is required")
	}
	for _, kind := range slices.Sorted(maps.Keys(in)) {
		if !slices.Contains(kinds, kind) {
			return response{}, refuse(http.StatusBadRequest, "%q is not a destination", kind)
		}
		var settings map[string]any
		if err := json.Unmarshal(in[kind], &settings); err != nil {
			return response{}, refuse(http.StatusBadRequest, "%s is not an object", kind)
		}
		if err := destinations()[kind].check(settings); err != nil {
			return response{}, refuse(http.StatusBadRequest, "%s.%v", kind, err)
		}
	}
	if err := exports().put(c.tx, export{of, in}); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusAccepted)
}

func getMetrics(c *request) (response, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	return c.getExport(d.ID)
}

func setMetrics(c *request) (response, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	return c.setExport(d.ID, slices.Collect(maps.Keys(destinations())))
}

func getAudits(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	return c.getExport(c.meta.OrgID)
}

func setAudits(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	return c.setExport(c.meta.OrgID, []string{"pulsar"})
}

func deleteAudits(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	if err := exports().remove(c.tx, c.meta.OrgID); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusAccepted)
}
