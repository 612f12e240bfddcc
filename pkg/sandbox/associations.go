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

// members returns the associations of a group with existing datacenters.
func (c *request) members(group string) ([]association, error) {
	all, err := associations().all(c.tx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(a association) bool { return a.Group != group })
	if len(all) == 0 {
		return all, nil
	}
	existing, err := c.allDatabases()
	return slices.DeleteFunc(all, func(a association) bool {
		return !slices.ContainsFunc(existing, func(d db) bool { return d.has(a.Datacenter) && d.Status != "TERMINATED" })
	}), err
}

// has reports whether the database has a datacenter with this ID.
func (d db) has(datacenterID string) bool {
	return slices.ContainsFunc(d.Datacenters, func(dc datacenter) bool { return fmt.Sprintf("%s-%d", d.ID, dc.Number) == datacenterID })
}

// databasesIn returns the databases with a datacenter in a group.
func (c *request) databasesIn(group string) ([]db, error) {
	members, err := c.members(group)
	if err != nil {
		return nil, err
	}
	all, err := c.allDatabases()
	return slices.DeleteFunc(all, func(d db) bool {
		return !slices.ContainsFunc(members, func(a association) bool { return d.has(a.Datacenter) })
	}), err
}

// inParkedPCU reports whether a datacenter of the database is in a parked group.
func (c *request) inParkedPCU(d db) (bool, error) {
	for _, dc := range d.Datacenters {
		a, _, err := associations().find(c.tx, fmt.Sprintf("%s-%d", d.ID, dc.Number))
		if err != nil {
			return false, err
		}
		if g, _, err := pcuGroups().find(c.tx, a.Group); err != nil || g.Status == "PARKED" {
			return true, err
		}
	}
	return false, nil
}

func listAssociations(c *request) (response, error) {
	g, err := c.pcuGroup(c.values["group"])
	if err != nil {
		return response{}, err
	}
	found, err := c.members(g.ID)
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
	g, err := c.unparkedPCU(group)
	if err != nil {
		return response{}, err
	}
	if from != "" {
		if _, err := c.unparkedPCU(from); err != nil {
			return response{}, err
		}
	}
	d, dc, err := c.findDatacenter(datacenter)
	if err != nil {
		return response{}, err
	}
	old, _, err := associations().find(c.tx, datacenter)
	switch {
	case err != nil:
		return response{}, err
	case old.Group != from:
		return response{}, refuse(http.StatusBadRequest, "datacenter %s is not in the PCU group %q", datacenter, from)
	case d.classic():
		return response{}, refuse(http.StatusBadRequest, "database %s is not serverless", d.ID)
	case d.Status != "ACTIVE" && d.Status != "ASSOCIATING": // another datacenter may be associating
		return response{}, refuse(http.StatusBadRequest, "database %s is %s, not ACTIVE", d.ID, d.Status)
	}
	if err := g.checkPlace(dc, http.StatusBadRequest); err != nil {
		return response{}, err
	}
	if d.Status == "ACTIVE" {
		if err := c.startChange(d, d, associationStages()); err != nil {
			return response{}, err
		}
	}
	a, err := c.addAssociation(g, datacenter, associationStages())
	if err != nil {
		return response{}, err
	}
	return reply(status, []association{a})
}

// checkPlace refuses a datacenter that is not in the region of the group.
func (g pcuGroup) checkPlace(dc datacenter, status int) error {
	if dc.Cloud != g.Cloud || dc.Region != g.Region {
		return refuse(status, "the datacenter is in %s of %s, the PCU group %s in %s of %s", dc.Region, dc.Cloud, g.ID, g.Region, g.Cloud)
	}
	return nil
}

// addAssociation stores an association. A group initializes with its first one
// while the database goes through stages.
func (c *request) addAssociation(g pcuGroup, datacenter string, stages []stage) (association, error) {
	now := c.now.Truncate(time.Millisecond)
	a := association{datacenter, g.ID, "Accepted", now, now, c.caller.ClientID, c.caller.ClientID}
	members, err := c.members(g.ID)
	if err != nil {
		return a, err
	}
	if len(members) == 0 {
		all := phases(c.now, c.server.options.TimeScale, stages)
		g.Phases = []transition{{"INITIALIZING", all[len(all)-1].Until}}
		if err := pcuGroups().put(c.tx, g); err != nil {
			return a, err
		}
	}
	return a, associations().put(c.tx, a)
}

// findDatacenter returns the datacenter with an ID such as DATABASE-1, and its
// database.
func (c *request) findDatacenter(id string) (db, datacenter, error) {
	all, err := c.allDatabases()
	if err != nil {
		return db{}, datacenter{}, err
	}
	for _, d := range all {
		for _, dc := range d.Datacenters {
			if fmt.Sprintf("%s-%d", d.ID, dc.Number) == id && d.Status != "TERMINATED" {
				return d, dc, nil
			}
		}
	}
	return db{}, datacenter{}, refuse(http.StatusNotFound, "datacenter %s not found", id)
}

func deleteAssociation(c *request) (response, error) {
	a, found, err := associations().find(c.tx, c.values["datacenter"])
	if err == nil && (!found || a.Group != c.values["group"]) {
		err = refuse(http.StatusNotFound, "datacenter %s is not in the PCU group %s", c.values["datacenter"], c.values["group"])
	}
	if err != nil {
		return response{}, err
	}
	if err := c.leavePCU(a); err != nil {
		return response{}, err
	}
	if err := associations().remove(c.tx, a.Datacenter); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}

// leavePCU refuses to remove a datacenter from a parked group. With
// Behavior.ParkRemove the database leaves it and resumes: the documentation says
// both.
func (c *request) leavePCU(a association) error {
	_, err := c.unparkedPCU(a.Group)
	if !c.server.options.Behavior.ParkRemove || err == nil {
		return err
	}
	d, _, err := c.findDatacenter(a.Datacenter)
	if err != nil || d.Status != "HIBERNATED" {
		return err
	}
	next := d
	next.Status = "ACTIVE"
	return c.startChange(d, next, resumeStages())
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
