package devops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// AccessListService manages the access lists of databases: the addresses that
// may reach their public endpoints.
type AccessListService service

// AccessList is the access list of a database. It restricts nothing until it is
// enabled.
type AccessList struct {
	DatabaseID string
	Enabled    bool
	Addresses  []Address
}

// Address is an entry of an access list.
type Address struct {
	Address     string    `json:"address"` // in CIDR notation; the service may also have a single address
	Description string    `json:"description"`
	Enabled     bool      `json:"enabled"`
	UpdatedAt   time.Time `json:"-"`
}

// All returns the lists of all databases that have one. It needs
// accesslist-read.
//
//	GET /v2/access-lists
func (s *AccessListService) All(ctx context.Context) ([]AccessList, error) {
	return fetch[accessListsResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/access-lists", permission: "accesslist-read", retry: safe,
	})
}

// Get returns the list of a database. The service responds with 404 for a list
// that was never created; Get returns it as empty and disabled. It needs
// accesslist-read.
//
//	GET /v2/databases/{databaseId}/access-list
func (s *AccessListService) Get(ctx context.Context, databaseID string) (AccessList, error) {
	list, err := fetch[accessListResponse](ctx, s.client, call{
		method: http.MethodGet, path: accessListPath, id: databaseID, permission: "accesslist-read", retry: safe,
	})
	if errors.Is(err, ErrNotFound) {
		return AccessList{DatabaseID: databaseID, Addresses: []Address{}}, nil
	}
	return list, err
}

const accessListPath = "/v2/databases/{id}/access-list"

// Add adds addresses in one request. The service's treatment of duplicates is
// not known, so the request is never repeated. It needs accesslist-write.
//
//	POST /v2/databases/{databaseId}/access-list
func (s *AccessListService) Add(ctx context.Context, databaseID string, addresses []Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: accessListPath, id: databaseID, body: orEmpty(addresses), permission: "accesslist-write", retry: atMostOnce,
	})
	return err
}

// Change updates description and state of existing addresses. It needs
// accesslist-write.
//
//	PATCH /v2/databases/{databaseId}/access-list
func (s *AccessListService) Change(ctx context.Context, databaseID string, addresses []Address) error {
	body := struct {
		Addresses []Address `json:"addresses"`
	}{orEmpty(addresses)}
	return s.patch(ctx, databaseID, body)
}

// Switch enables or disables the list. It sends no addresses, so concurrent
// changes of them are not undone. It needs accesslist-write.
//
//	PATCH /v2/databases/{databaseId}/access-list
func (s *AccessListService) Switch(ctx context.Context, databaseID string, enabled bool) error {
	var body struct {
		Configurations struct {
			Enabled bool `json:"accessListEnabled"`
		} `json:"configurations"`
	}
	body.Configurations.Enabled = enabled
	return s.patch(ctx, databaseID, body)
}

func (s *AccessListService) patch(ctx context.Context, databaseID string, body any) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPatch, path: accessListPath, id: databaseID, body: body, permission: "accesslist-write", retry: idempotent,
	})
	return err
}

// Remove removes one address, in the spelling of the list. An empty address is
// an error, because the service would delete the whole list; of several
// addresses it removes only the first. It needs accesslist-write.
//
//	DELETE /v2/databases/{databaseId}/access-list?addresses=
func (s *AccessListService) Remove(ctx context.Context, databaseID, address string) error {
	if address == "" {
		return fmt.Errorf("%w: no address to remove from the access list", ErrInvalid)
	}
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: accessListPath, id: databaseID, query: url.Values{"addresses": {address}},
		permission: "accesslist-write", retry: idempotent,
	})
	return err
}

// Clear deletes the whole list. It needs accesslist-write.
//
//	DELETE /v2/databases/{databaseId}/access-list
func (s *AccessListService) Clear(ctx context.Context, databaseID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: accessListPath, id: databaseID, permission: "accesslist-write", retry: idempotent,
	})
	return err
}

// Template returns the service's example of an access list, which belongs to no
// database. It needs accesslist-read.
//
//	POST /v2/access-list/template
func (s *AccessListService) Template(ctx context.Context) (AccessList, error) {
	return fetch[templateResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/access-list/template", permission: "accesslist-read", retry: safe,
	})
}

type templateResponse struct{ accessListResponse }

func (w templateResponse) value() (AccessList, bool) {
	list, _ := w.accessListResponse.value()
	return list, !w.Addresses.incomplete
}

type accessListResponse struct {
	DatabaseID     id
	Addresses      rows[addressResponse, Address]
	Configurations struct{ AccessListEnabled bool }
}

func (w accessListResponse) value() (AccessList, bool) {
	addresses, ok := w.Addresses.value()
	sortAddresses(addresses)
	return AccessList{string(w.DatabaseID), w.Configurations.AccessListEnabled, addresses}, ok && w.DatabaseID != ""
}

// sortAddresses sorts addresses. Their order means nothing to the service.
func sortAddresses(all []Address) {
	slices.SortStableFunc(all, func(a, b Address) int { return strings.Compare(a.Address, b.Address) })
}

type accessListsResponse = rows[accessListResponse, AccessList]

// addressResponse has a time in a format of its own: see timestamp.
type addressResponse struct {
	Address, Description string
	Enabled              bool
	LastUpdateDateTime   timestamp
}

func (w addressResponse) value() (Address, bool) {
	return Address{w.Address, w.Description, w.Enabled, w.LastUpdateDateTime.Time}, w.Address != ""
}
