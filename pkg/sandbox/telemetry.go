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

// export says where metrics of a database go, or the audit log of the
// organization. It is kept as it was sent, secrets included: those of a sandbox
// are none.
type export struct {
	Of     string                     `json:"of"` // the id of a database or of the organization
	Config map[string]json.RawMessage `json:"config"`
}

func exports() table[export] {
	return table[export]{"exports", func(e export) []string { return []string{e.Of} }}
}

func (e export) needs() string {
	if !isUUID(e.Of) || len(e.Config) != 1 {
		return "the id of what it is of, and one destination"
	}
	return ""
}

func (c *request) getExport(of string) (answer, error) {
	e, found, err := exports().find(c.tx, of)
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "%s has no telemetry configuration", of)
	}
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, e.Config)
}

// setExport replaces what is there.
func (c *request) setExport(of string, kinds []string) (answer, error) {
	in, err := decode[map[string]json.RawMessage](c)
	if err != nil {
		return answer{}, err
	}
	if len(in) != 1 {
		return answer{}, refuse(http.StatusBadRequest, "exactly one destination is required")
	}
	kind := slices.Collect(maps.Keys(in))[0]
	if !slices.Contains(kinds, kind) {
		return answer{}, refuse(http.StatusBadRequest, "%q is not a destination", kind)
	}
	var settings map[string]any
	if err := json.Unmarshal(in[kind], &settings); err != nil {
		return answer{}, refuse(http.StatusBadRequest, "%s is not an object", kind)
	}
	if err := destinations()[kind].check(settings); err != nil {
		return answer{}, refuse(http.StatusBadRequest, "%s.%v", kind, err)
	}
	if err := exports().put(c.tx, export{of, in}); err != nil {
		return answer{}, err
	}
	return done(http.StatusAccepted)
}

func getMetrics(c *request) (answer, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return answer{}, err
	}
	return c.getExport(d.ID)
}

func setMetrics(c *request) (answer, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return answer{}, err
	}
	return c.setExport(d.ID, slices.Collect(maps.Keys(destinations())))
}

func getAudits(c *request) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	return c.getExport(c.meta.OrgID)
}

func setAudits(c *request) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	return c.setExport(c.meta.OrgID, []string{"pulsar"})
}

func deleteAudits(c *request) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	if err := exports().remove(c.tx, c.meta.OrgID); err != nil {
		return answer{}, err
	}
	return done(http.StatusAccepted)
}
