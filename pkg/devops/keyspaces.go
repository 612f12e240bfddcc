package devops

import (
	"context"
	"net/http"
)

// CreateKeyspace starts the creation of a keyspace. It is listed once the
// database is active again. It needs db-keyspace-create.
//
//	POST /v2/databases/{databaseId}/keyspaces/{keyspaceName}
func (s *DatabaseService) CreateKeyspace(ctx context.Context, id, name string) error {
	return s.post(ctx, call{
		path: "/v2/databases/{id}/keyspaces/{part}", id: id, part: name, permission: "db-keyspace-create", retry: idempotent,
	})
}

// DropKeyspace starts the deletion of a keyspace and all its data. A missing
// keyspace is not an error. It needs db-keyspace-drop.
//
//	DELETE /v2/databases/{databaseId}/keyspaces/{keyspaceName}
func (s *DatabaseService) DropKeyspace(ctx context.Context, id, name string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/databases/{id}/keyspaces/{part}", id: id, part: name, permission: "db-keyspace-drop", retry: idempotent,
	})
	return err
}
