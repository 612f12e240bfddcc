package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// association puts a datacenter into a group of capacity units.
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

// members returns the datacenters in a group.
func (c *request) members(group string) ([]association, error) {
	all, err := associations().all(c.tx)
	return slices.DeleteFunc(all, func(a association) bool { return a.Group != group }), err
}

func listAssociations(c *request) (answer, error) {
	g, err := c.pcuGroup(c.values["group"])
	if err != nil {
		return answer{}, err
	}
	found, err := c.members(g.ID)
	if err == nil && len(found) == 0 {
		err = refuse(http.StatusNotFound, "no datacenter is in the PCU group %s", g.ID)
	}
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, found)
}

func createAssociation(c *request) (answer, error) {
	return c.associate(c.values["group"], c.values["datacenter"], "", http.StatusCreated)
}

// associate puts a datacenter into a group, out of the one that it is in.
func (c *request) associate(group, datacenter, from string, status int) (answer, error) {
	g, err := c.pcuGroup(group)
	if err != nil {
		return answer{}, err
	}
	dc, err := c.findDatacenter(datacenter)
	if err != nil {
		return answer{}, err
	}
	old, _, err := associations().find(c.tx, datacenter)
	switch {
	case err != nil:
		return answer{}, err
	case old.Group != from:
		return answer{}, refuse(http.StatusBadRequest, "datacenter %s is not in the PCU group %q", datacenter, from)
	case dc.Cloud != g.Cloud || dc.Region != g.Region:
		return answer{}, refuse(http.StatusBadRequest, "datacenter %s is in %s, the PCU group in %s", datacenter, dc.Region, g.Region)
	}
	now := c.now.Truncate(time.Millisecond)
	a := association{datacenter, g.ID, "Accepted", now, now, c.caller.ClientID, c.caller.ClientID}
	if err := associations().put(c.tx, a); err != nil {
		return answer{}, err
	}
	if err := c.refresh(g.ID, from); err != nil {
		return answer{}, err
	}
	return reply(status, []association{a})
}

// refresh makes groups active that have members, and others not.
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

// findDatacenter finds a region of a database by its id, such as DATABASE-1.
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

func deleteAssociation(c *request) (answer, error) {
	a, found, err := associations().find(c.tx, c.values["datacenter"])
	if err == nil && (!found || a.Group != c.values["group"]) {
		err = refuse(http.StatusNotFound, "datacenter %s is not in the PCU group %s", c.values["datacenter"], c.values["group"])
	}
	if err != nil {
		return answer{}, err
	}
	if err := associations().remove(c.tx, a.Datacenter); err != nil {
		return answer{}, err
	}
	if err := c.refresh(a.Group); err != nil {
		return answer{}, err
	}
	return done(http.StatusOK)
}

// transferAssociation takes the group that a datacenter leaves from the body, or
// as an official client has it from the path.
func transferAssociation(c *request) (answer, error) {
	in, err := decode[struct{ FromPCUGroupUUID, ToPCUGroupUUID, DatacenterUUID string }](c)
	if err != nil {
		return answer{}, err
	}
	from := in.FromPCUGroupUUID
	if from == "" {
		from = c.values["group"]
	}
	if from == "" {
		return answer{}, refuse(http.StatusBadRequest, "fromPCUGroupUUID is required")
	}
	return c.associate(in.ToPCUGroupUUID, in.DatacenterUUID, from, http.StatusAccepted)
}
