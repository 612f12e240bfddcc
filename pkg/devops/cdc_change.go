package devops

import (
	"context"
	"net/http"
)

// Create enables change data capture in a database that has none. The request is
// never repeated. It needs org-db-create.
//
//	POST /v3/databases/{databaseId}/cdc
func (s *CDCService) Create(ctx context.Context, databaseName string, c CDC) error {
	return s.send(ctx, call{method: http.MethodPost, permission: "org-db-create", retry: atMostOnce}, databaseName, c)
}

// Replace replaces all tables and regions of the change data capture of a database. It
// needs org-db-create.
//
//	PUT /v3/databases/{databaseId}/cdc
func (s *CDCService) Replace(ctx context.Context, databaseName string, c CDC) error {
	return s.send(ctx, call{method: http.MethodPut, permission: "org-db-create", retry: idempotent}, databaseName, c)
}

func (s *CDCService) send(ctx context.Context, k call, databaseName string, c CDC) error {
	body := cdcBody{DatabaseID: c.DatabaseID, DatabaseName: databaseName, Tables: cdcTables(c.Tables), Regions: []cdcRegionBody{}}
	for _, r := range c.Regions {
		body.Regions = append(body.Regions, cdcRegionBody(r))
	}
	k.path, k.id, k.body = "/v3/databases/{id}/cdc", c.DatabaseID, body
	_, err := s.client.do(ctx, k)
	return err
}

// Remove disables change data capture of tables. Without any table left, the database
// has none. It needs org-db-terminate.
//
//	DELETE /v3/databases/{databaseId}/cdc
func (s *CDCService) Remove(ctx context.Context, databaseID string, tables []CDCTable) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v3/databases/{id}/cdc", id: databaseID, permission: "org-db-terminate", retry: idempotent,
		body: cdcBody{DatabaseID: databaseID, Tables: cdcTables(tables)},
	})
	return err
}

type cdcBody struct {
	DatabaseID   string          `json:"databaseID"`
	DatabaseName string          `json:"databaseName,omitempty"`
	Tables       []cdcTableBody  `json:"tables"`
	Regions      []cdcRegionBody `json:"regions,omitempty"`
}

type cdcTableBody struct {
	Keyspace string `json:"keyspaceName"`
	Table    string `json:"tableName"`
}

type cdcRegionBody struct {
	DatacenterID string `json:"datacenterID"`
	Region       string `json:"datacenterRegion"`
	Cluster      string `json:"streamingClusterName"`
	Tenant       string `json:"streamingTenantName"`
}

func cdcTables(tables []CDCTable) []cdcTableBody {
	all := []cdcTableBody{}
	for _, t := range tables {
		all = append(all, cdcTableBody(t))
	}
	return all
}
