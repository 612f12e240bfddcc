package devops

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DatabaseService has the calls about databases, their keyspaces and regions.
// Changes take their time: a call that makes one returns when the service has
// accepted it.
type DatabaseService service

// A Database is a database with its regions and keyspaces.
type Database struct {
	ID, OrgID, Name string
	Status          string // as the API writes it: "ACTIVE", "HIBERNATED" and others
	Owner           string // the id of the user who made it, or the client id of the token
	Tier            string
	CapacityUnits   int
	Type            string // "vector", "serverless" or "classic"; others may come
	Cloud, Region   string // of the first datacenter
	Keyspace        string // the default one
	Regions         []string
	Keyspaces       []string // in alphabetical order, the default one among them
	Datacenters     []Datacenter
	Endpoint        string // the dataEndpointUrl of the API: the REST address in the first region
	CreatedAt       time.Time
}

// A Datacenter is a database's part in one region.
type Datacenter struct {
	ID, Name, Region, Tier, Cloud string
}

// All returns the databases that the token may see, page by page. Include
// chooses by status: "" leaves out terminated ones, "all" does not. It needs
// org-db-view.
//
//	GET /v2/databases
func (s *DatabaseService) All(ctx context.Context, include string) iter.Seq2[Database, error] {
	const pageSize = 100 // the most that the API gives
	return func(yield func(Database, error) bool) {
		whole := []Database{}
		all := pages(func(after string) ([]Database, string, int, error) {
			query := url.Values{"limit": {strconv.Itoa(pageSize)}}
			if include != "" {
				query.Set("include", include)
			}
			if after != "" {
				query.Set("starting_after", after)
			}
			page, size, err := fetchSized[wireDatabases](ctx, s.client, call{
				method: http.MethodGet, path: "/v2/databases", query: query, permission: "org-db-view", class: read,
			})
			if err != nil {
				return nil, "", size, err
			}
			if len(whole) == 0 {
				whole = page // which may be long, and is not copied then
			} else {
				whole = append(whole, page...)
			}
			if len(page) < pageSize {
				return page, "", size, nil
			}
			return page, page[len(page)-1].ID, size, nil
		})
		for d, err := range all {
			if !yield(d, err) || err != nil {
				return
			}
		}
		_, _ = listed(s.client, whole, nil)
	}
}

// Get returns one database. It needs org-db-view.
//
//	GET /v2/databases/{databaseId}
func (s *DatabaseService) Get(ctx context.Context, id string) (Database, error) {
	return fetch[wireDatabase](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/databases/{id}", id: id, permission: "org-db-view", class: read,
	})
}

type wireDatabase struct {
	ID              id
	OrgID, OwnerID  optional[id]
	Status          text
	Info            optional[wireInfo]
	CreationTime    timestamp
	DataEndpointURL text
}

type wireInfo struct {
	Name, Tier, DBType  text
	CapacityUnits       count
	CloudProvider       text
	Region              optional[id]
	Keyspace            text
	Keyspaces           texts
	AdditionalKeyspaces texts
	Datacenters         optional[rows[wireDatacenter, Datacenter]]
}

// A wireDatacenter may be of any type, so that an odd one hides none of the others.
type wireDatacenter struct{ optional[wireDatacenterFields] }

type wireDatacenterFields struct {
	ID            optional[id]
	Name          text
	Region        optional[id]
	Tier          text
	CloudProvider text
}

func (w wireDatacenter) value() (Datacenter, bool) {
	return Datacenter{string(w.v.ID.v), string(w.v.Name), string(w.v.Region.v), string(w.v.Tier), string(w.v.CloudProvider)}, true
}

func (w wireDatabase) value() (Database, bool) {
	i := w.Info.v
	datacenters, _ := i.Datacenters.v.value()
	d := Database{
		ID: string(w.ID), OrgID: string(w.OrgID.v), Name: string(i.Name), Status: string(w.Status), Owner: string(w.OwnerID.v),
		Tier: string(i.Tier), CapacityUnits: int(i.CapacityUnits), Type: i.kind(),
		Cloud: string(i.CloudProvider), Region: string(i.Region.v), Keyspace: string(i.Keyspace), Datacenters: datacenters,
		Endpoint: string(w.DataEndpointURL), CreatedAt: w.CreationTime.Time,
	}
	regions := []string{d.Region}
	for _, dc := range datacenters {
		regions = append(regions, dc.Region)
	}
	d.Regions = distinct(regions)
	d.Keyspaces = i.Keyspaces // no specification has it, newer services do
	if len(d.Keyspaces) == 0 {
		d.Keyspaces = append([]string{d.Keyspace}, i.AdditionalKeyspaces...)
	}
	d.Keyspaces = distinct(d.Keyspaces)
	slices.Sort(d.Keyspaces)
	return d, w.ID != ""
}

func (i wireInfo) kind() string {
	switch {
	case i.DBType != "":
		return strings.ToLower(string(i.DBType))
	case strings.EqualFold(string(i.Tier), "serverless"):
		return "serverless"
	}
	return "classic"
}

type wireDatabases = rows[wireDatabase, Database]

// distinct returns list without repetitions and empty elements, in its order.
func distinct(list []string) []string {
	out := []string{}
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
