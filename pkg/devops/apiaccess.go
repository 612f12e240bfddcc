package devops

import (
	"context"
	"errors"
	"net/http"
)

// APIAccessService has the calls about the access list of the DevOps API itself:
// the addresses from which an organization's API may be called. The list
// restricts as soon as it is there.
type APIAccessService service

const apiAccessPath = "/v2/organizations/{id}/devops-acl"

// Get returns the list of an organization. It needs accesslist-read.
//
//	GET /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Get(ctx context.Context, orgID string) ([]Address, error) {
	list, err := fetch[wireAPIAccess](ctx, s.client, call{
		method: http.MethodGet, path: apiAccessPath, id: orgID, permission: "accesslist-read", class: read,
	})
	if errors.Is(err, ErrNotFound) {
		return []Address{}, nil
	}
	return list, err
}

// Add puts addresses on the list, which it makes if there is none. It needs
// accesslist-write.
//
//	POST /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Add(ctx context.Context, orgID string, addresses []Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: apiAccessPath, id: orgID, body: orEmpty(addresses), permission: "accesslist-write", class: once,
	})
	return err
}

// Change gives an address that is on the list another description. It needs
// accesslist-write.
//
//	PATCH /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Change(ctx context.Context, orgID string, address Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPatch, path: apiAccessPath, id: orgID, body: address, permission: "accesslist-write", class: idempotent,
	})
	return err
}

// Replace puts addresses in the place of the whole list: the service has no call
// that removes one. It needs accesslist-write.
//
//	PUT /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Replace(ctx context.Context, orgID string, addresses []Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: apiAccessPath, id: orgID, body: orEmpty(addresses), permission: "accesslist-write", class: idempotent,
	})
	return err
}

// Clear deletes the list, so that every address may call the API again. It needs
// accesslist-write.
//
//	DELETE /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Clear(ctx context.Context, orgID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: apiAccessPath, id: orgID, permission: "accesslist-write", class: idempotent,
	})
	return err
}

type wireAPIAccess struct{ Addresses rows[wireAddress, Address] }

func (w wireAPIAccess) value() ([]Address, bool) {
	addresses, ok := w.Addresses.value()
	inOrder(addresses)
	return addresses, ok
}
