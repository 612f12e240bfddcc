package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

func databaseRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/databases", errorFormat: database, handle: listDatabases},
		{method: "GET", path: "/v2/databases/{databaseID}", errorFormat: database, action: "org-db-view", handle: getDatabase},
		{method: "POST", path: "/v2/databases", errorFormat: database, action: "org-db-create", handle: createDatabase},
		{method: "POST", path: "/v2/databases/{databaseID}/terminate", errorFormat: database, action: "org-db-terminate", handle: terminateDatabase},
		{method: "POST", path: "/v2/databases/{databaseID}/park", errorFormat: database, action: "org-db-suspend", handle: parkDatabase},
		{method: "POST", path: "/v2/databases/{databaseID}/unpark", errorFormat: database, action: "org-db-suspend", handle: unparkDatabase},
		{method: "POST", path: "/v2/databases/{databaseID}/resize", errorFormat: database, action: "org-db-expand", handle: resizeDatabase},
		{method: "POST", path: "/v2/databases/{databaseID}/resetPassword", errorFormat: database, action: "org-db-passwordreset", handle: resetPassword},
	}
}

// db is the stored form of a database; databaseOut is that of responses.
type db struct {
	ID            string       `json:"id"`
	OwnerID       string       `json:"ownerId"` // user ID, or client ID of a token
	Name          string       `json:"name"`
	Type          string       `json:"dbType,omitempty"` // vector or empty
	Tier          string       `json:"tier"`
	CapacityUnits int          `json:"capacityUnits"`
	Keyspaces     []string     `json:"keyspaces"` // the default keyspace first
	User          string       `json:"user,omitempty"`
	Password      string       `json:"passwordHash,omitempty"`
	Datacenters   []datacenter `json:"datacenters"` // the primary datacenter first
	Former        []datacenter `json:"formerDatacenters,omitempty"`
	Status        string       `json:"status"`
	Created       time.Time    `json:"created"`
	Terminated    time.Time    `json:"terminated,omitzero"`
	Phases        []transition `json:"phases,omitempty"` // states of a pending change, in order; see stateAt
	Next          *db          `json:"next,omitempty"`   // state after the pending change
}

type datacenter struct {
	Number  int       `json:"number"`
	Cloud   string    `json:"cloudProvider"`
	Region  string    `json:"region"`
	Zone    string    `json:"zone"`
	Class   string    `json:"classification,omitempty"` // standard if empty
	Created time.Time `json:"created"`
}

func databases() table[db] {
	return table[db]{"databases", func(d db) []string { return []string{d.ID} }}
}

func (d db) classic() bool { return d.Tier != "serverless" }

// listDatabases returns the databases that the caller may view and omits the
// others.
func listDatabases(c *request) (response, error) {
	if !c.listsAction("org-db-view") {
		return response{}, deny("org-db-view")
	}
	limit, err := c.limit()
	if err != nil {
		return response{}, err
	}
	all, err := c.allDatabases()
	if err != nil {
		return response{}, err
	}
	all, err = pageAfter(all, c.query.Get("starting_after"))
	if err != nil {
		return response{}, err
	}
	page := []databaseOut{}
	for _, d := range all {
		visible := c.allows("org-db-view", iam.DRN{Org: c.meta.OrgID, Database: d.ID})
		if visible && d.matchesState(c.query.Get("include")) && d.matchesProvider(c.query.Get("provider")) {
			page = append(page, c.databaseOut(d))
		}
		if len(page) == limit {
			break
		}
	}
	return reply(http.StatusOK, page)
}

// limit reads and clamps the page size: clients ask for pages of 1000.
func (c *request) limit() (int, error) {
	const standard, most = 25, 100
	text := c.query.Get("limit")
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, refuse(http.StatusBadRequest, "limit %q is not a number", text)
	}
	return min(max(n, 1), most), nil
}

func pageAfter(all []db, id string) ([]db, error) {
	if id == "" {
		return all, nil
	}
	for i, d := range all {
		if d.ID == id {
			return all[i+1:], nil
		}
	}
	return nil, refuse(http.StatusBadRequest, "starting_after: database %s not found", id)
}

// matchesState applies the filter include. Like clients write it, the filter
// has any case and optional underscores; an unknown value selects the default.
func (d db) matchesState(filter string) bool {
	filter = strings.ToUpper(strings.ReplaceAll(filter, "_", ""))
	switch filter {
	case "ALL":
		return true
	case "ACTIVE", "PENDING", "PREPARING", "PREPARED", "INITIALIZING", "PARKED", "PARKING", "UNPARKING", "TERMINATING", "TERMINATED",
		"RESIZING", "ERROR", "MAINTENANCE", "HIBERNATING", "HIBERNATED", "RESUMING", "SUSPENDED", "SUSPENDING":
		return d.Status == filter
	default:
		return d.Status != "TERMINATED"
	}
}

func (d db) matchesProvider(filter string) bool {
	switch filter = strings.ToUpper(filter); filter {
	case "AWS", "AZURE", "GCP":
		return d.Datacenters[0].Cloud == filter
	default:
		return true
	}
}

func getDatabase(c *request) (response, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, c.databaseOut(d))
}
