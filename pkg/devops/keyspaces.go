package devops

import (
	"context"
	"net/http"
)

// CreateKeyspace begins to make a keyspace. It is listed when the database is
// active again. It needs db-keyspace-create.
//
//	POST /v2/databases/{databaseId}/keyspaces/{keyspaceName}
func (s *DatabaseService) CreateKeyspace(ctx context.Context, id, name string) error {
	return s.post(ctx, call{
		path: "/v2/databases/{id}/keyspaces/{part}", id: id, part: name, permission: "db-keyspace-create", class: idempotent,
	})
}

// DropKeyspace begins to delete a keyspace with all that is in it. One that is
// not there is no error. It needs db-keyspace-drop.
//
//	DELETE /v2/databases/{databaseId}/keyspaces/{keyspaceName}
func (s *DatabaseService) DropKeyspace(ctx context.Context, id, name string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/databases/{id}/keyspaces/{part}", id: id, part: name, permission: "db-keyspace-drop", class: idempotent,
	})
	return err
}
