package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// The service's actions for capacity units are not published. In the sandbox,
// the permission to view databases includes groups, and that to create
// databases includes changing groups.
const (
	pcuRead  = "org-db-view"
	pcuWrite = "org-db-create"
)

func pcuRoutes() []route {
	return []route{
		{method: "POST", path: "/v2/pcus/actions/get", action: pcuRead, handle: getPCUs},
		{method: "GET", path: "/v2/pcus/actions/get/{datacenter}", action: pcuRead, handle: getPCUOf},
		{method: "GET", path: "/v2/pcus/types", action: pcuRead, handle: listPCUTypes},
		{method: "POST", path: "/v2/pcus/types", action: pcuRead, handle: listPCUTypes},
		{method: "POST", path: "/v2/pcus", action: pcuWrite, handle: createPCU},
		{method: "PUT", path: "/v2/pcus", action: pcuWrite, handle: updatePCU},
		{method: "DELETE", path: "/v2/pcus/{group}", action: pcuWrite, handle: deletePCU},
		{method: "POST", path: "/v2/pcus/park/{group}", action: pcuWrite, handle: func(c *request) (response, error) { return c.parkPCU("PARKED") }},
		{method: "POST", path: "/v2/pcus/unpark/{group}", action: pcuWrite, handle: func(c *request) (response, error) { return c.parkPCU("CREATED") }},
		{method: "GET", path: "/v2/pcus/association/{group}", action: pcuRead, handle: listAssociations},
		{method: "POST", path: "/v2/pcus/association/transfer", action: pcuWrite, handle: transferAssociation},
		{method: "POST", path: "/v2/pcus/association/transfer/{group}", action: pcuWrite, handle: transferAssociation},
		{method: "POST", path: "/v2/pcus/association/{group}/{datacenter}", action: pcuWrite, handle: createAssociation},
		{method: "DELETE", path: "/v2/pcus/association/{group}/{datacenter}", action: pcuWrite, handle: deleteAssociation},
	}
}

// pcuGroup is a group of provisioned capacity units, as in responses of the
// service. It is active while it has a datacenter.
type pcuGroup struct {
	ID            string    `json:"uuid"`
	OrgID         string    `json:"orgId"`
	Title         string    `json:"title"`
	Cloud         string    `json:"cloudProvider"`
	Region        string    `json:"region"`
	InstanceType  string    `json:"instanceType"`
	Type          pcuType   `json:"pcuType"`
	ProvisionType string    `json:"provisionType"`
	Min           int       `json:"min"`
	Max           int       `json:"max"`
	Reserved      int       `json:"reserved,omitempty"` // omitted when 0
	Description   string    `json:"description"`
	CreatedAt     time.Time `json:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt"`
	CreatedBy     string    `json:"createdBy"`
	UpdatedBy     string    `json:"updatedBy"`
	Status        string    `json:"status"`
}

type pcuType struct {
	Type     string     `json:"type"`
	Region   string     `json:"region"`
	Provider string     `json:"provider"` // in lower case, unlike that of the group
	Details  pcuDetails `json:"details"`
	Enabled  *bool      `json:"enabled,omitempty"`
}

type pcuDetails struct {
	CPU    int    `json:"vCPU"`
	Memory string `json:"memory"`
	Cache  string `json:"disk_cache"`
}

func newPCUType(name, cloud, region string) pcuType {
	return pcuType{name, region, strings.ToLower(cloud), pcuDetails{8, "64GB", "500GB"}, nil}
}

// pcuTypeNames returns the types of capacity units that every region offers.
func pcuTypeNames() []string { return []string{"generalPurpose", "cacheOptimized", "small", "medium"} }

func pcuGroups() table[pcuGroup] {
	return table[pcuGroup]{"pcuGroups", func(g pcuGroup) []string { return []string{g.ID} }}
}

func (g pcuGroup) needs() string {
	if !isUUID(g.ID) || g.Status == "" {
		return "an id and a status"
	}
	return ""
}

func getPCUs(c *request) (response, error) {
	in, err := decode[struct{ PCUGroupUUIDs []string }](c)
	if err != nil {
		return response{}, err
	}
	if len(in.PCUGroupUUIDs) == 0 {
		all, err := pcuGroups().all(c.tx)
		if err != nil {
			return response{}, err
		}
		return reply(http.StatusOK, all)
	}
	var found []pcuGroup
	for _, id := range in.PCUGroupUUIDs {
		g, err := c.pcuGroup(id)
		if err != nil {
			return response{}, err
		}
		found = append(found, g)
	}
	return reply(http.StatusOK, found)
}

// pcuGroup returns a group. The ID of the error is the service's.
func (c *request) pcuGroup(id string) (pcuGroup, error) {
	g, found, err := pcuGroups().find(c.tx, id)
	if err == nil && !found {
		err = &apiError{status: http.StatusNotFound, id: 2000367, message: "PCU group " + id + " not found"}
	}
	return g, err
}

func getPCUOf(c *request) (response, error) {
	a, found, err := associations().find(c.tx, c.values["datacenter"])
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "datacenter %s has no PCU group", c.values["datacenter"])
	}
	if err != nil {
		return response{}, err
	}
	g, err := c.pcuGroup(a.Group)
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, []pcuGroup{g})
}

// listPCUTypes reads region and provider from the query or from a body, since
// clients differ.
func listPCUTypes(c *request) (response, error) {
	in := struct{ Region, Provider string }{c.query.Get("region"), c.query.Get("provider")}
	if len(c.body) > 0 {
		var err error
		if in, err = decode[struct{ Region, Provider string }](c); err != nil {
			return response{}, err
		}
	}
	enabled := true
	out := []pcuType{}
	for _, name := range pcuTypeNames() {
		t := newPCUType(name, in.Provider, in.Region)
		t.Enabled = &enabled
		out = append(out, t)
	}
	return reply(http.StatusOK, out)
}

type pcuIn struct {
	PCUGroupUUID, Title, CloudProvider, Region, OrgID string
	InstanceType, ProvisionType, Description          string
	Min, Max, Reserved                                int
}

// readPCU decodes and validates a body with an array of one group.
func (c *request) readPCU() (pcuIn, error) {
	in, err := decode[[]pcuIn](c)
	if err != nil {
		return pcuIn{}, err
	}
	if len(in) != 1 {
		return pcuIn{}, refuse(http.StatusBadRequest, "the body must be an array of one PCU group")
	}
	switch g := in[0]; {
	case strings.TrimSpace(g.Title) == "":
		return g, refuse(http.StatusBadRequest, "title is required")
	case g.InstanceType == "" || g.ProvisionType == "":
		return g, refuse(http.StatusBadRequest, "instanceType and provisionType are required")
	case g.Min < 1 || g.Max < g.Min || g.Reserved < 0 || g.Reserved > g.Min:
		return g, refuse(http.StatusBadRequest, "min must be at least 1, max at least min, reserved at most min")
	}
	return in[0], nil
}

func createPCU(c *request) (response, error) {
	in, err := c.readPCU()
	if err != nil {
		return response{}, err
	}
	cloud := strings.ToUpper(in.CloudProvider)
	if !slices.Contains([]string{"AWS", "AZURE", "GCP"}, cloud) || in.Region == "" {
		return response{}, refuse(http.StatusBadRequest, "cloudProvider and region are required")
	}
	id, err := c.server.random.uuid()
	if err != nil {
		return response{}, err
	}
	now := c.now.Truncate(time.Millisecond)
	g := pcuGroup{
		ID: id, OrgID: c.meta.OrgID, Title: in.Title, Cloud: cloud, Region: in.Region, CreatedAt: now, CreatedBy: c.caller.ClientID, Status: "CREATED",
	}
	return c.replacePCU(g, in, http.StatusCreated)
}

// replacePCU replaces all fields of a group; omitted ones are reset, as in the
// service.
func (c *request) replacePCU(g pcuGroup, in pcuIn, status int) (response, error) {
	g.Title, g.InstanceType, g.ProvisionType, g.Description = in.Title, in.InstanceType, in.ProvisionType, in.Description
	g.Min, g.Max, g.Reserved = in.Min, in.Max, in.Reserved
	g.Type = newPCUType(in.InstanceType, g.Cloud, g.Region)
	g.UpdatedAt, g.UpdatedBy = c.now.Truncate(time.Millisecond), c.caller.ClientID
	if err := pcuGroups().put(c.tx, g); err != nil {
		return response{}, err
	}
	return reply(status, []pcuGroup{g})
}

func updatePCU(c *request) (response, error) {
	in, err := c.readPCU()
	if err != nil {
		return response{}, err
	}
	g, err := c.pcuGroup(in.PCUGroupUUID)
	if err != nil {
		return response{}, err
	}
	return c.replacePCU(g, in, http.StatusOK)
}

func deletePCU(c *request) (response, error) {
	g, err := c.pcuGroup(c.values["group"])
	if err != nil {
		return response{}, err
	}
	members, err := c.members(g.ID)
	if err != nil {
		return response{}, err
	}
	if len(members) > 0 {
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s still has datacenters", g.ID)
	}
	if err := pcuGroups().remove(c.tx, g.ID); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}

func (c *request) parkPCU(status string) (response, error) {
	g, err := c.pcuGroup(c.values["group"])
	if err != nil {
		return response{}, err
	}
	if (g.Status == "PARKED") == (status == "PARKED") {
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s is %s", g.ID, g.Status)
	}
	g.Status = status
	if err := pcuGroups().put(c.tx, g); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}
