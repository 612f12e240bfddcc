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

// DatabaseService manages databases, their keyspaces and regions. A change
// returns when the service has accepted it, before it is complete.
type DatabaseService service

// Database is a database with its regions and keyspaces.
type Database struct {
	ID, OrgID, Name string
	Status          string // as in the API: "ACTIVE", "HIBERNATED" and others
	Owner           string // user ID of the creator, or client ID of the token
	Tier            string
	CapacityUnits   int
	Type            string // "vector", "serverless" or "classic"; others are possible
	Cloud, Region   string // of the first datacenter
	Keyspace        string // the default keyspace
	Regions         []string
	Keyspaces       []string // in alphabetical order, including the default one
	Datacenters     []Datacenter
	Endpoint        string // the dataEndpointUrl of the API: the REST address in the first region
	CreatedAt       time.Time
	LastUsedAt      time.Time // zero if the service does not say
	Message         string    // why the database has its status; mostly empty
	ObservedStatus  string    // the status as measured, which may be behind Status
	Storage         Storage
}

// Storage is the storage of a database, in units of the API, which documents
// none.
type Storage struct{ Nodes, ReplicationFactor, Total, Displayed int }

// Datacenter is the part of a database in one region.
type Datacenter struct {
	ID, Name, Region, Tier, Cloud string
	Primary                       bool // the first region
	Nodes                         int  // requested; 0 if the service does not say
}

// All returns the databases that the token may see, page by page. include is a
// status: "" omits terminated databases, "all" does not. It needs org-db-view.
//
//	GET /v2/databases
func (s *DatabaseService) All(ctx context.Context, include string) iter.Seq2[Database, error] {
	const pageSize = 100 // the API's maximum
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
			page, size, err := fetchSized[databasesResponse](ctx, s.client, call{
				method: http.MethodGet, path: "/v2/databases", query: query, permission: "org-db-view", retry: safe,
			})
			if err != nil {
				return nil, "", size, err
			}
			if len(whole) == 0 {
				whole = page // avoids a copy of a long page
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
		_, _ = reportList(s.client, whole, nil)
	}
}

// Get returns one database. It needs org-db-view.
//
//	GET /v2/databases/{databaseId}
func (s *DatabaseService) Get(ctx context.Context, id string) (Database, error) {
	return fetch[databaseResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/databases/{id}", id: id, permission: "org-db-view", retry: safe,
	})
}

type databaseResponse struct {
	ID              id
	OrgID, OwnerID  optional[id]
	Status          text
	Info            optional[infoResponse]
	CreationTime    timestamp
	LastUsageTime   timestamp
	Message         text
	ObservedStatus  text
	DataEndpointURL text
	Storage         optional[storageResponse]
}

type storageResponse struct{ NodeCount, ReplicationFactor, TotalStorage, DisplayStorage count }

type infoResponse struct {
	Name, Tier, DBType  text
	CapacityUnits       count
	CloudProvider       text
	Region              optional[id]
	Keyspace            text
	Keyspaces           texts
	AdditionalKeyspaces texts
	Datacenters         optional[rows[datacenterResponse, Datacenter]]
}

// datacenterResponse tolerates other types, so that one invalid element does
// not hide the others.
type datacenterResponse struct {
	optional[datacenterFieldsResponse]
}

type datacenterFieldsResponse struct {
	ID            optional[id]
	Name          text
	Region        optional[id]
	Tier          text
	CloudProvider text
	IsPrimary     flag

	RequestedNodeCount count
}

func (w datacenterResponse) value() (Datacenter, bool) {
	return Datacenter{
		string(w.v.ID.v), string(w.v.Name), string(w.v.Region.v), string(w.v.Tier), string(w.v.CloudProvider), w.v.IsPrimary.valueOr(false), int(w.v.RequestedNodeCount),
	}, true
}

func (w databaseResponse) value() (Database, bool) {
	i := w.Info.v
	datacenters, _ := i.Datacenters.v.value()
	d := Database{
		ID: string(w.ID), OrgID: string(w.OrgID.v), Name: string(i.Name), Status: string(w.Status), Owner: string(w.OwnerID.v),
		Tier: string(i.Tier), CapacityUnits: int(i.CapacityUnits), Type: i.kind(),
		Cloud: string(i.CloudProvider), Region: string(i.Region.v), Keyspace: string(i.Keyspace), Datacenters: datacenters,
		Endpoint: string(w.DataEndpointURL), CreatedAt: w.CreationTime.Time, LastUsedAt: w.LastUsageTime.Time,
		Message: string(w.Message), ObservedStatus: string(w.ObservedStatus),
		Storage: Storage{int(w.Storage.v.NodeCount), int(w.Storage.v.ReplicationFactor), int(w.Storage.v.TotalStorage), int(w.Storage.v.DisplayStorage)},
	}
	regions := []string{d.Region}
	for _, dc := range datacenters {
		regions = append(regions, dc.Region)
	}
	d.Regions = distinct(regions)
	d.Keyspaces = i.Keyspaces // not in the specification, but in newer services
	if len(d.Keyspaces) == 0 {
		d.Keyspaces = append([]string{d.Keyspace}, i.AdditionalKeyspaces...)
	}
	d.Keyspaces = distinct(d.Keyspaces)
	slices.Sort(d.Keyspaces)
	return d, w.ID != ""
}

func (i infoResponse) kind() string {
	switch {
	case i.DBType != "":
		return strings.ToLower(string(i.DBType))
	case strings.EqualFold(string(i.Tier), "serverless"):
		return "serverless"
	}
	return "classic"
}

type databasesResponse = rows[databaseResponse, Database]

// distinct returns the list without duplicates and empty elements, in order.
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
