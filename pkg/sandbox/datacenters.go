package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func datacenterRoutes() []route {
	const path = "/v2/databases/{databaseID}/datacenters"
	return []route{
		{method: "GET", path: path, errorFormat: database, action: "org-db-view", handle: listDatacenters},
		{method: "POST", path: path, errorFormat: database, action: "db-manage-region", handle: addDatacenter},
		{method: "POST", path: path + "/{datacenterID}/terminate", errorFormat: database, action: "db-manage-region", handle: terminateDatacenter},
	}
}

// listDatacenters includes terminated datacenters with all=true.
func listDatacenters(c *request) (response, error) {
	all := false
	if text := c.query.Get("all"); text != "" {
		var err error
		if all, err = strconv.ParseBool(text); err != nil {
			return response{}, refuse(http.StatusBadRequest, "all=%q is not true or false", text)
		}
	}
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	list := []datacenterOut{}
	for _, dc := range d.Datacenters {
		list = append(list, c.datacenterOut(d, dc))
	}
	for _, dc := range d.Former {
		if out := c.datacenterOut(d, dc); all {
			out.Status = "TERMINATED"
			list = append(list, out)
		}
	}
	return reply(http.StatusOK, list)
}

// newDatacenter has the keys of the specification and of responses. Clients send
// three of them.
type newDatacenter struct {
	Tier, CloudProvider, Region, Status         string
	ID, Name, RegionZone, RegionClassification  string
	CapacityUnits                               int
	StudioURL, GrafanaURL, CQLShURL, GraphQLURL string
	DataEndpointURL                             string
	SecureBundleURL, SecureBundleInternalURL    string
	SecureBundleMigrationProxyURL               string
	SecureBundleMigrationProxyInternalURL       string
	IsPrimary                                   bool
	RequestedNodeCount                          int
	CloudAccount, TargetAccount, DateCreated    string
	PCUGroupUUID                                string
	StreamingTenant                             struct{ StreamingClusterName, StreamingTenantName string }
}

// addDatacenter takes a list with one element. The service supports only one at
// a time.
func addDatacenter(c *request) (response, error) {
	in, err := decode[[]newDatacenter](c)
	if err != nil {
		return response{}, err
	}
	d, err := c.requireActive("ACTIVE")
	if err != nil {
		return response{}, err
	}
	bad := func(format string, values ...any) (response, error) {
		return response{}, refuse(http.StatusBadRequest, format, values...)
	}
	if len(in) != 1 {
		return bad("only one region can be added at a time, not %d", len(in))
	}
	kind, cloud := serverless, d.Datacenters[0].Cloud
	if d.Type == vector {
		kind = vector
	}
	r, found := findRegion(kind, cloud, in[0].Region)
	switch {
	case d.classic():
		return bad("regions are not supported for this database tier")
	case canonicalTier(in[0].Tier) != d.Tier || !strings.EqualFold(in[0].CloudProvider, cloud):
		return bad("the database has tier %s at %s", d.Tier, cloud)
	case !found || !r.OrgEnabled:
		return bad("region %s of %s is not available for this kind of database", in[0].Region, cloud)
	case slices.ContainsFunc(d.Datacenters, func(dc datacenter) bool { return dc.Region == r.Name }):
		return bad("the database is already in region %s", r.Name)
	}
	number := 1
	for _, dc := range slices.Concat(d.Datacenters, d.Former) {
		number = max(number, dc.Number+1)
	}
	next := d
	next.Datacenters = append(slices.Clone(d.Datacenters), r.datacenter(number, c.now.Truncate(time.Second)))
	if err := c.startChange(d, next, regionStages()); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusCreated)
}

// terminateDatacenter refuses the first region, as the service does.
func terminateDatacenter(c *request) (response, error) {
	d, err := c.requireActive("ACTIVE")
	if err != nil {
		return response{}, err
	}
	id := c.values["datacenterID"]
	switch i := slices.IndexFunc(d.Datacenters, func(dc datacenter) bool { return fmt.Sprintf("%s-%d", d.ID, dc.Number) == id }); i {
	case -1:
		return response{}, refuse(http.StatusNotFound, "datacenter %s not found", id)
	case 0:
		return response{}, refuse(http.StatusBadRequest, "the first region of a database cannot be removed")
	default:
		next := d
		next.Former = append(slices.Clone(d.Former), d.Datacenters[i])
		next.Datacenters = slices.Delete(slices.Clone(d.Datacenters), i, i+1)
		if err := c.startChange(d, next, regionStages()); err != nil {
			return response{}, err
		}
		return replyEmpty(http.StatusAccepted)
	}
}
