package sandbox

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

// The service's actions for capacity units are not published. Its documentation
// requires Organization Administrator or Billing Administrator, and the actions
// for billing are the ones that distinguish them from Database Administrator.
const (
	pcuRead  = "org-billing-read"
	pcuWrite = "org-billing-write"
)

func pcuRoutes() []route {
	return []route{
		{method: "POST", path: "/v2/pcus/actions/get", action: pcuRead, reads: true, handle: getPCUs},
		{method: "GET", path: "/v2/pcus/actions/get/{datacenter}", action: pcuRead, handle: getPCUOf},
		{method: "GET", path: "/v2/pcus/types", action: pcuRead, handle: getPCUTypes},
		{method: "POST", path: "/v2/pcus/types", action: pcuRead, reads: true, handle: postPCUTypes},
		{method: "POST", path: "/v2/pcus", action: pcuWrite, handle: createPCU},
		{method: "PUT", path: "/v2/pcus", action: pcuWrite, handle: updatePCU},
		{method: "DELETE", path: "/v2/pcus/{group}", action: pcuWrite, handle: deletePCU},
		{method: "POST", path: "/v2/pcus/park/{group}", action: pcuWrite, handle: parkPCU},
		{method: "POST", path: "/v2/pcus/unpark/{group}", action: pcuWrite, handle: unparkPCU},
		{method: "GET", path: "/v2/pcus/association/{group}", action: pcuRead, handle: listAssociations},
		{method: "POST", path: "/v2/pcus/association/transfer", action: pcuWrite, handle: transferAssociation},
		{method: "POST", path: "/v2/pcus/association/transfer/{group}", action: pcuWrite, handle: transferAssociation},
		{method: "POST", path: "/v2/pcus/association/{group}/{datacenter}", action: pcuWrite, handle: createAssociation},
		{method: "DELETE", path: "/v2/pcus/association/{group}/{datacenter}", action: pcuWrite, handle: deleteAssociation},
	}
}

// pcuGroup is a group of provisioned capacity units, as in responses of the
// service. Its stored status is PARKED or anything else; pcuStatus derives the
// status of responses.
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
	Description   string    `json:"description,omitempty"`
	CreatedAt     time.Time `json:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt"`
	CreatedBy     string    `json:"createdBy"`
	UpdatedBy     string    `json:"updatedBy"`
	Status        string    `json:"status"`

	Phases []transition `json:"phases,omitempty"` // states of a pending change, in order; only stored
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

// pcuTypes returns the types of capacity units. The sizes of generalPurpose and
// small are recorded, the others are invented.
func pcuTypes() []pcuType {
	return []pcuType{
		{Type: "generalPurpose", Details: pcuDetails{16, "64GB", "500GB"}},
		{Type: "cacheOptimized", Details: pcuDetails{16, "64GB", "1000GB"}},
		{Type: "small", Details: pcuDetails{4, "16GB", "125GB"}},
		{Type: "medium", Details: pcuDetails{8, "32GB", "250GB"}},
	}
}

// findPCUType returns a type in a region. The older names standard and
// storageOptimized are still in use, in any case.
func findPCUType(name, cloud, region string) (pcuType, bool) {
	known := map[string]string{"standard": "generalPurpose", "storageoptimized": "cacheOptimized"}
	for _, t := range pcuTypes() {
		if strings.EqualFold(t.Type, cmp.Or(known[strings.ToLower(name)], name)) {
			return pcuType{name, region, strings.ToLower(cloud), t.Details, nil}, true
		}
	}
	return pcuType{}, false
}

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
		return c.replyPCUs(http.StatusOK, all...)
	}
	var found []pcuGroup
	for _, id := range in.PCUGroupUUIDs {
		g, err := c.pcuGroup(id)
		if err != nil {
			return response{}, err
		}
		found = append(found, g)
	}
	return c.replyPCUs(http.StatusOK, found...)
}

// replyPCUs returns groups with their current statuses.
func (c *request) replyPCUs(status int, groups ...pcuGroup) (response, error) {
	out := []pcuGroup{}
	for _, g := range groups {
		var err error
		if g.Status, err = c.pcuStatus(g); err != nil {
			return response{}, err
		}
		g.Phases = nil
		out = append(out, g)
	}
	return reply(status, out)
}

// pcuStatus returns the current status of a group: it is active while it has a
// datacenter.
func (c *request) pcuStatus(g pcuGroup) (string, error) {
	for _, p := range g.Phases {
		if c.now.Before(p.Until) {
			return p.Status, nil
		}
	}
	if g.Status == "PARKED" {
		return g.Status, nil
	}
	members, err := c.members(g.ID)
	if len(members) > 0 {
		return "ACTIVE", err
	}
	return "CREATED", err
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
	id := c.values["datacenter"]
	if _, _, err := c.findDatacenter(id); err != nil {
		return response{}, err
	}
	a, found, err := associations().find(c.tx, id)
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "datacenter %s has no PCU group", id)
	}
	if err != nil {
		return response{}, err
	}
	g, err := c.pcuGroup(a.Group)
	if err != nil {
		return response{}, err
	}
	return c.replyPCUs(http.StatusOK, g)
}

// getPCUTypes serves an official client that sends region and provider in the
// query.
func getPCUTypes(c *request) (response, error) {
	return listPCUTypes(c.query.Get("provider"), c.query.Get("region"))
}

func postPCUTypes(c *request) (response, error) {
	in, err := decode[struct{ Region, Provider string }](c)
	if err != nil {
		return response{}, err
	}
	return listPCUTypes(in.Provider, in.Region)
}

func listPCUTypes(provider, region string) (response, error) {
	enabled := true
	out := []pcuType{}
	for _, t := range pcuTypes() {
		out = append(out, pcuType{t.Type, region, strings.ToLower(provider), t.Details, &enabled})
	}
	return reply(http.StatusOK, out)
}
