package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// association records the PCU group of a datacenter.
type association struct {
	Datacenter string    `json:"datacenterUUID"`
	Group      string    `json:"pcuGroupUUID"`
	Status     string    `json:"provisioningStatus"`
	CreatedAt  time.Time `json:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt"`
	CreatedBy  string    `json:"createdBy"`
	UpdatedBy  string    `json:"updatedBy"`
}

func associations() table[association] {
	return table[association]{"pcuAssociations", func(a association) []string { return []string{a.Datacenter} }}
}

func (a association) needs() string {
	if a.Datacenter == "" || !isUUID(a.Group) {
		return "a datacenter and a group"
	}
	return ""
}

// members returns the associations of a group.
func (c *request) members(group string) ([]association, error) {
	all, err := associations().all(c.tx)
	return slices.DeleteFunc(all, func(a association) bool { return a.Group != group }), err
}

func listAssociations(c *request) (response, error) {
	g, err := c.pcuGroup(c.values["group"])
	if err != nil {
		return response{}, err
	}
	found, err := c.members(g.ID)
	if err == nil && len(found) == 0 {
		err = refuse(http.StatusNotFound, "the PCU group %s has no datacenters", g.ID)
	}
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, found)
}

func createAssociation(c *request) (response, error) {
	return c.associate(c.values["group"], c.values["datacenter"], "", http.StatusCreated)
}

// associate moves a datacenter from its group, if any, to another group.
func (c *request) associate(group, datacenter, from string, status int) (response, error) {
	g, err := c.pcuGroup(group)
	if err != nil {
		return response{}, err
	}
	dc, err := c.findDatacenter(datacenter)
	if err != nil {
		return response{}, err
	}
	old, _, err := associations().find(c.tx, datacenter)
	switch {
	case err != nil:
		return response{}, err
	case old.Group != from:
		return response{}, refuse(http.StatusBadRequest, "datacenter %s is not in the PCU group %q", datacenter, from)
	case dc.Cloud != g.Cloud || dc.Region != g.Region:
		return response{}, refuse(http.StatusBadRequest, "datacenter %s is in %s, the PCU group in %s", datacenter, dc.Region, g.Region)
	}
	now := c.now.Truncate(time.Millisecond)
	a := association{datacenter, g.ID, "Accepted", now, now, c.caller.ClientID, c.caller.ClientID}
	if err := associations().put(c.tx, a); err != nil {
		return response{}, err
	}
	if err := c.refresh(g.ID, from); err != nil {
		return response{}, err
	}
	return reply(status, []association{a})
}

// refresh sets the status of groups: active with members, created without.
func (c *request) refresh(ids ...string) error {
	for _, id := range ids {
		if id == "" {
			continue
		}
		g, err := c.pcuGroup(id)
		if err != nil {
			return err
		}
		found, err := c.members(id)
		if err != nil {
			return err
		}
		if g.Status = "CREATED"; len(found) > 0 {
			g.Status = "ACTIVE"
		}
		if err := pcuGroups().put(c.tx, g); err != nil {
			return err
		}
	}
	return nil
}

// findDatacenter returns the datacenter with an ID such as DATABASE-1.
func (c *request) findDatacenter(id string) (datacenter, error) {
	all, err := c.allDatabases()
	if err != nil {
		return datacenter{}, err
	}
	for _, d := range all {
		for _, dc := range d.Datacenters {
			if fmt.Sprintf("%s-%d", d.ID, dc.Number) == id {
				return dc, nil
			}
		}
	}
	return datacenter{}, refuse(http.StatusNotFound, "datacenter %s not found", id)
}

func deleteAssociation(c *request) (response, error) {
	a, found, err := associations().find(c.tx, c.values["datacenter"])
	if err == nil && (!found || a.Group != c.values["group"]) {
		err = refuse(http.StatusNotFound, "datacenter %s is not in the PCU group %s", c.values["datacenter"], c.values["group"])
	}
	if err != nil {
		return response{}, err
	}
	if err := associations().remove(c.tx, a.Datacenter); err != nil {
		return response{}, err
	}
	if err := c.refresh(a.Group); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}

// transferAssociation reads the current group of the datacenter from the body
// or, as one official client sends it, from the path.
func transferAssociation(c *request) (response, error) {
	in, err := decode[struct{ FromPCUGroupUUID, ToPCUGroupUUID, DatacenterUUID string }](c)
	if err != nil {
		return response{}, err
	}
	from := in.FromPCUGroupUUID
	if from == "" {
		from = c.values["group"]
	}
	if from == "" {
		return response{}, refuse(http.StatusBadRequest, "fromPCUGroupUUID is required")
	}
	return c.associate(in.ToPCUGroupUUID, in.DatacenterUUID, from, http.StatusAccepted)
}
