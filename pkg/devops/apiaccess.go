package devops

import (
	"context"
	"errors"
	"net/http"
)

// APIAccessService manages the access list of the DevOps API itself: the
// addresses from which an organization's API may be called. An existing list is
// enabled.
type APIAccessService service

const apiAccessPath = "/v2/organizations/{id}/devops-acl"

// Get returns the list of an organization. It needs accesslist-read.
//
//	GET /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Get(ctx context.Context, orgID string) ([]Address, error) {
	list, err := fetch[apiAccessResponse](ctx, s.client, call{
		method: http.MethodGet, path: apiAccessPath, id: orgID, permission: "accesslist-read", retry: safe,
	})
	if errors.Is(err, ErrNotFound) {
		return []Address{}, nil
	}
	return list, err
}

// Add adds addresses to the list and creates it if necessary. It needs
// accesslist-write.
//
//	POST /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Add(ctx context.Context, orgID string, addresses []Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: apiAccessPath, id: orgID, body: orEmpty(addresses), permission: "accesslist-write", retry: atMostOnce,
	})
	return err
}

// Extend adds an address to an existing list. Descriptions of the API differ in
// whether a PATCH may add one; if the service refuses it, Extend sends a POST. It
// needs accesslist-write.
//
//	PATCH /v2/organizations/{orgId}/devops-acl
//	POST /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Extend(ctx context.Context, orgID string, address Address) error {
	err := s.Change(ctx, orgID, address)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrInvalid) {
		return s.Add(ctx, orgID, []Address{address})
	}
	return err
}

// Change updates the description of an existing address. It needs
// accesslist-write.
//
//	PATCH /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Change(ctx context.Context, orgID string, address Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPatch, path: apiAccessPath, id: orgID, body: address, permission: "accesslist-write", retry: idempotent,
	})
	return err
}

// Replace replaces the whole list: the service has no call that removes one
// address. It needs accesslist-write.
//
//	PUT /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Replace(ctx context.Context, orgID string, addresses []Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: apiAccessPath, id: orgID, body: orEmpty(addresses), permission: "accesslist-write", retry: idempotent,
	})
	return err
}

// Clear deletes the list, so every address may call the API again. It needs
// accesslist-write.
//
//	DELETE /v2/organizations/{orgId}/devops-acl
func (s *APIAccessService) Clear(ctx context.Context, orgID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: apiAccessPath, id: orgID, permission: "accesslist-write", retry: idempotent,
	})
	return err
}

type apiAccessResponse struct {
	Addresses rows[addressResponse, Address]
}

func (w apiAccessResponse) value() ([]Address, bool) {
	addresses, ok := w.Addresses.value()
	sortAddresses(addresses)
	return addresses, ok
}
