package devops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// CDCService has the calls about change data capture, which sends the changes of
// tables to a streaming tenant.
type CDCService service

// A CDC is the change data capture of a database.
type CDC struct {
	DatabaseID string
	Tables     []CDCTable
	Regions    []CDCRegion
}

// A CDCTable is a table whose changes are sent.
type CDCTable struct{ Keyspace, Table string }

// A CDCRegion is where the changes in one region go.
type CDCRegion struct{ DatacenterID, Region, Cluster, Tenant string }

// A CDCStatus is the change data capture of one table.
type CDCStatus struct {
	Status  string // "Active"; others may come
	Regions []CDCRegion
}

// Get returns the change data capture of a database. Where there is none, the
// service says 404, and this returns none. It needs org-db-view.
//
//	GET /v3/databases/{databaseId}/cdc
func (s *CDCService) Get(ctx context.Context, databaseID string) (CDC, error) {
	found, err := fetch[wireCDC](ctx, s.client, call{
		method: http.MethodGet, path: "/v3/databases/{id}/cdc", id: databaseID, permission: "org-db-view", class: read,
	})
	if errors.Is(err, ErrNotFound) {
		found, err = CDC{Tables: []CDCTable{}, Regions: []CDCRegion{}}, nil
	}
	found.DatabaseID = databaseID
	return found, err
}

// Table returns the change data capture of one table; ErrNotFound says that it
// has none. It needs org-db-view.
//
//	GET /v3/databases/{databaseId}/keyspaces/{keyspace}/tables/{table}/cdc
func (s *CDCService) Table(ctx context.Context, databaseID string, table CDCTable) ([]CDCStatus, error) {
	for _, name := range []string{table.Keyspace, table.Table} {
		if name == "" || name == "." || name == ".." {
			return nil, fmt.Errorf("%w: %q is no name of a keyspace or table", ErrInvalid, name)
		}
	}
	return fetch[wireCDCStatuses](ctx, s.client, call{
		method: http.MethodGet, id: databaseID, permission: "org-db-view", class: read,
		path: "/v3/databases/{id}/keyspaces/" + url.PathEscape(table.Keyspace) + "/tables/" + url.PathEscape(table.Table) + "/cdc",
	})
}

type wireCDC struct {
	Tables  rows[wireCDCTable, CDCTable]
	Regions rows[wireCDCRegion, CDCRegion]
}

func (w wireCDC) value() (CDC, bool) {
	tables, _ := w.Tables.value()
	regions, _ := w.Regions.value()
	return CDC{Tables: tables, Regions: regions}, w.Tables.present && w.Tables.all != nil
}

type wireCDCTable struct{ KeyspaceName, TableName string }

func (w wireCDCTable) value() (CDCTable, bool) { return CDCTable{w.KeyspaceName, w.TableName}, true }

type wireCDCRegion struct {
	DatacenterID, DatacenterRegion            id
	StreamingClusterName, StreamingTenantName string
}

func (w wireCDCRegion) value() (CDCRegion, bool) {
	return CDCRegion{string(w.DatacenterID), string(w.DatacenterRegion), w.StreamingClusterName, w.StreamingTenantName}, true
}

type wireCDCStatuses = rows[wireCDCStatus, CDCStatus]

type wireCDCStatus struct {
	Status  string
	Regions rows[wireCDCRegion, CDCRegion]
}

func (w wireCDCStatus) value() (CDCStatus, bool) {
	regions, _ := w.Regions.value()
	return CDCStatus{w.Status, regions}, true
}
