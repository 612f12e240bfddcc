package devops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// CDCService reads the configuration of change data capture, which sends
// changes of tables to a streaming tenant.
type CDCService service

// CDC is the change data capture of a database.
type CDC struct {
	DatabaseID string
	Tables     []CDCTable
	Regions    []CDCRegion
}

// CDCTable is a table with change data capture.
type CDCTable struct{ Keyspace, Table string }

// CDCRegion is the destination of the changes in one region.
type CDCRegion struct{ DatacenterID, Region, Cluster, Tenant string }

// CDCStatus is the change data capture of one table.
type CDCStatus struct {
	Status  string // "Active"; others are possible
	Regions []CDCRegion
}

// Get returns the change data capture of a database, empty if the service
// responds with 404. It needs org-db-view.
//
//	GET /v3/databases/{databaseId}/cdc
func (s *CDCService) Get(ctx context.Context, databaseID string) (CDC, error) {
	found, err := fetch[cdcResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v3/databases/{id}/cdc", id: databaseID, permission: "org-db-view", retry: safe,
	})
	if errors.Is(err, ErrNotFound) {
		found, err = CDC{Tables: []CDCTable{}, Regions: []CDCRegion{}}, nil
	}
	found.DatabaseID = databaseID
	return found, err
}

// Table returns the change data capture of one table, or ErrNotFound. It needs
// org-db-view.
//
//	GET /v3/databases/{databaseId}/keyspaces/{keyspace}/tables/{table}/cdc
func (s *CDCService) Table(ctx context.Context, databaseID string, table CDCTable) ([]CDCStatus, error) {
	for _, name := range []string{table.Keyspace, table.Table} {
		if name == "" || name == "." || name == ".." {
			return nil, fmt.Errorf("%w: invalid name %q of a keyspace or table", ErrInvalid, name)
		}
	}
	return fetch[cdcStatusesResponse](ctx, s.client, call{
		method: http.MethodGet, id: databaseID, permission: "org-db-view", retry: safe,
		path: "/v3/databases/{id}/keyspaces/" + url.PathEscape(table.Keyspace) + "/tables/" + url.PathEscape(table.Table) + "/cdc",
	})
}

type cdcResponse struct {
	Tables  rows[cdcTableResponse, CDCTable]
	Regions rows[cdcRegionResponse, CDCRegion]
}

func (w cdcResponse) value() (CDC, bool) {
	tables, _ := w.Tables.value()
	regions, _ := w.Regions.value()
	return CDC{Tables: tables, Regions: regions}, w.Tables.present // null is none
}

type cdcTableResponse struct{ KeyspaceName, TableName string }

func (w cdcTableResponse) value() (CDCTable, bool) {
	return CDCTable{w.KeyspaceName, w.TableName}, true
}

type cdcRegionResponse struct {
	DatacenterID, DatacenterRegion            id
	StreamingClusterName, StreamingTenantName string
}

func (w cdcRegionResponse) value() (CDCRegion, bool) {
	return CDCRegion{string(w.DatacenterID), string(w.DatacenterRegion), w.StreamingClusterName, w.StreamingTenantName}, true
}

type cdcStatusesResponse = rows[cdcStatusResponse, CDCStatus]

type cdcStatusResponse struct {
	Status  string
	Regions rows[cdcRegionResponse, CDCRegion]
}

func (w cdcStatusResponse) value() (CDCStatus, bool) {
	regions, _ := w.Regions.value()
	return CDCStatus{w.Status, regions}, true
}
