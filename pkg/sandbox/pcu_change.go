package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

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
	case !slices.Contains([]string{"shared", "dedicated"}, strings.ToLower(g.ProvisionType)):
		return g, refuse(http.StatusBadRequest, "provisionType %q is not shared or dedicated", g.ProvisionType)
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
	// All regions of vector databases are regions of serverless ones.
	if _, found := findRegion(serverless, cloud, in.Region); !found {
		return response{}, refuse(http.StatusBadRequest, "region %s of %s is not available", in.Region, cloud)
	}
	id, err := c.server.random.uuid()
	if err != nil {
		return response{}, err
	}
	now := c.now.Truncate(time.Millisecond)
	g := pcuGroup{
		ID: id, OrgID: c.meta.OrgID, Cloud: cloud, Region: in.Region, CreatedAt: now, CreatedBy: c.caller.ClientID, Status: "CREATED",
	}
	return c.replacePCU(g, in, http.StatusCreated)
}

// replacePCU replaces all fields of a group; omitted ones are reset, as in the
// service.
func (c *request) replacePCU(g pcuGroup, in pcuIn, status int) (response, error) {
	kind, found := findPCUType(in.InstanceType, g.Cloud, g.Region)
	if !found {
		return response{}, refuse(http.StatusBadRequest, "instanceType %q is not available", in.InstanceType)
	}
	g.Title, g.InstanceType, g.Type, g.ProvisionType, g.Description = in.Title, in.InstanceType, kind, in.ProvisionType, in.Description
	g.Min, g.Max, g.Reserved = in.Min, in.Max, in.Reserved
	g.UpdatedAt, g.UpdatedBy = c.now.Truncate(time.Millisecond), c.caller.ClientID
	if err := pcuGroups().put(c.tx, g); err != nil {
		return response{}, err
	}
	return c.replyPCUs(status, g)
}

// updatePCU refuses changes of what the documentation calls immutable, and any
// change of a parked group.
func updatePCU(c *request) (response, error) {
	in, err := c.readPCU()
	if err != nil {
		return response{}, err
	}
	g, err := c.unparkedPCU(in.PCUGroupUUID)
	bad := func(why string) (response, error) { return response{}, refuse(http.StatusBadRequest, "%s", why) }
	switch {
	case err != nil:
		return response{}, err
	case in.CloudProvider != "" && !strings.EqualFold(in.CloudProvider, g.Cloud) || in.Region != "" && in.Region != g.Region:
		return bad("cloudProvider and region cannot be changed")
	case !strings.EqualFold(in.InstanceType, g.InstanceType) || !strings.EqualFold(in.ProvisionType, g.ProvisionType):
		return bad("instanceType and provisionType cannot be changed")
	case in.Reserved < g.Reserved:
		return bad("reserved capacity cannot be decreased")
	case g.Reserved == 0 && in.Reserved > 0:
		return bad("reserved capacity cannot be added to a flexible PCU group")
	}
	return c.replacePCU(g, in, http.StatusOK)
}

// unparkedPCU returns a group that can be changed: it is neither parked nor
// about to be.
func (c *request) unparkedPCU(id string) (pcuGroup, error) {
	g, err := c.pcuGroup(id)
	if err != nil {
		return g, err
	}
	status, err := c.pcuStatus(g)
	if err == nil && !slices.Contains([]string{"CREATED", "INITIALIZING", "ACTIVE"}, status) {
		err = refuse(http.StatusBadRequest, "the PCU group %s is %s", g.ID, status)
	}
	return g, err
}

func deletePCU(c *request) (response, error) {
	g, err := c.pcuGroup(c.values["group"])
	if err != nil {
		return response{}, err
	}
	members, err := c.members(g.ID)
	switch {
	case err != nil:
		return response{}, err
	case g.Reserved > 0:
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s has reserved capacity and cannot be deleted", g.ID)
	case len(members) > 0:
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s still has datacenters", g.ID)
	}
	if err := pcuGroups().remove(c.tx, g.ID); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}

// parkPCU hibernates the databases of a group.
func parkPCU(c *request) (response, error) {
	g, err := c.unparkedPCU(c.values["group"])
	if err != nil {
		return response{}, err
	}
	all, err := c.databasesIn(g.ID)
	if err != nil {
		return response{}, err
	}
	switch status, err := c.pcuStatus(g); {
	case err != nil:
		return response{}, err
	case g.Reserved > 0:
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s has reserved capacity and cannot be parked", g.ID)
	case len(all) == 0:
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s has no datacenters and cannot be parked", g.ID)
	case status == "INITIALIZING":
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s is %s", g.ID, status)
	}
	for _, d := range all {
		switch {
		case len(d.Datacenters) > 1:
			return response{}, refuse(http.StatusBadRequest, "database %s has several regions, so its PCU group cannot be parked", d.ID)
		case d.Status == "ACTIVE":
			next := d
			next.Status = "HIBERNATED"
			if err := c.startChange(d, next, hibernateStages()); err != nil {
				return response{}, err
			}
		case d.Status != "HIBERNATED":
			return response{}, refuse(http.StatusBadRequest, "database %s is %s, so its PCU group cannot be parked", d.ID, d.Status)
		}
	}
	g.Status = "PARKED"
	return c.changePCU(g, stage{"PARKING", hibernateStages()[0].lasts})
}

// unparkPCU resumes the databases of a group. The group is CREATED for a while
// on the sandbox's clock, whatever the time scale: one official client waits for
// exactly CREATED, looking every ten seconds, and another for ACTIVE.
func unparkPCU(c *request) (response, error) {
	const created = 12 * time.Second
	g, err := c.pcuGroup(c.values["group"])
	if err != nil {
		return response{}, err
	}
	switch status, err := c.pcuStatus(g); {
	case err != nil:
		return response{}, err
	case status != "PARKED":
		return response{}, refuse(http.StatusBadRequest, "the PCU group %s is %s", g.ID, status)
	}
	all, err := c.databasesIn(g.ID)
	if err != nil {
		return response{}, err
	}
	for _, d := range all {
		if d.Status == "HIBERNATED" {
			next := d
			next.Status = "ACTIVE"
			if err := c.startChange(d, next, resumeStages()); err != nil {
				return response{}, err
			}
		}
	}
	g.Status = "CREATED"
	scale := c.server.options.TimeScale
	return c.changePCU(g, stage{"UNPARKING", resumeStages()[0].lasts}, stage{"CREATED", time.Duration(float64(created) * scale)})
}

// changePCU stores a group that goes through stages.
func (c *request) changePCU(g pcuGroup, stages ...stage) (response, error) {
	g.Phases = phases(c.now, c.server.options.TimeScale, stages)
	if err := pcuGroups().put(c.tx, g); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}
