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

// AccessListService has the calls about the access lists of databases: the
// addresses that may reach their public endpoints.
type AccessListService service

// An AccessList says which addresses are let in. It restricts nothing before it
// is enabled.
type AccessList struct {
	DatabaseID string
	Enabled    bool
	Addresses  []Address
}

// An Address is an entry of an access list.
type Address struct {
	Address     string    `json:"address"` // in CIDR notation; the service may hold a bare address, too
	Description string    `json:"description"`
	Enabled     bool      `json:"enabled"`
	UpdatedAt   time.Time `json:"-"`
}

// All returns the lists of all databases that have one. It needs
// accesslist-read.
//
//	GET /v2/access-lists
func (s *AccessListService) All(ctx context.Context) ([]AccessList, error) {
	return fetch[wireAccessLists](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/access-lists", permission: "accesslist-read", class: read,
	})
}

// Get returns the list of a database. One that was never made is empty and not
// enabled, as the service says 404 then. It needs accesslist-read.
//
//	GET /v2/databases/{databaseId}/access-list
func (s *AccessListService) Get(ctx context.Context, databaseID string) (AccessList, error) {
	list, err := fetch[wireAccessList](ctx, s.client, call{
		method: http.MethodGet, path: accessListPath, id: databaseID, permission: "accesslist-read", class: read,
	})
	if errors.Is(err, ErrNotFound) {
		return AccessList{DatabaseID: databaseID, Addresses: []Address{}}, nil
	}
	return list, err
}

const accessListPath = "/v2/databases/{id}/access-list"

// Add puts addresses on the list, all in one request. What the service makes of
// one that is there already is not known, so that it is not sent twice. It needs
// accesslist-write.
//
//	POST /v2/databases/{databaseId}/access-list
func (s *AccessListService) Add(ctx context.Context, databaseID string, addresses []Address) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: accessListPath, id: databaseID, body: orEmpty(addresses), permission: "accesslist-write", class: once,
	})
	return err
}

// Change gives addresses that are on the list another description or state. It
// needs accesslist-write.
//
//	PATCH /v2/databases/{databaseId}/access-list
func (s *AccessListService) Change(ctx context.Context, databaseID string, addresses []Address) error {
	body := struct {
		Addresses []Address `json:"addresses"`
	}{orEmpty(addresses)}
	return s.patch(ctx, databaseID, body)
}

// Switch makes the list restrict access, or not, and leaves its addresses as
// they are: nothing that others change meanwhile is undone. It needs
// accesslist-write.
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
		method: http.MethodPatch, path: accessListPath, id: databaseID, body: body, permission: "accesslist-write", class: idempotent,
	})
	return err
}

// Remove takes one address off the list, as it is spelled there. The service
// would take a request without an address for one to delete the whole list, and
// of several addresses it removes the first. It needs accesslist-write.
//
//	DELETE /v2/databases/{databaseId}/access-list?addresses=
func (s *AccessListService) Remove(ctx context.Context, databaseID, address string) error {
	if address == "" {
		return fmt.Errorf("%w: no address to remove from the access list", ErrInvalid)
	}
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: accessListPath, id: databaseID, query: url.Values{"addresses": {address}},
		permission: "accesslist-write", class: idempotent,
	})
	return err
}

// Clear deletes the whole list. It needs accesslist-write.
//
//	DELETE /v2/databases/{databaseId}/access-list
func (s *AccessListService) Clear(ctx context.Context, databaseID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: accessListPath, id: databaseID, permission: "accesslist-write", class: idempotent,
	})
	return err
}

type wireAccessList struct {
	DatabaseID     id
	Addresses      rows[wireAddress, Address]
	Configurations struct{ AccessListEnabled bool }
}

func (w wireAccessList) value() (AccessList, bool) {
	addresses, ok := w.Addresses.value()
	inOrder(addresses)
	return AccessList{string(w.DatabaseID), w.Configurations.AccessListEnabled, addresses}, ok && w.DatabaseID != ""
}

// inOrder sorts addresses, whose order means nothing to the service.
func inOrder(all []Address) {
	slices.SortStableFunc(all, func(a, b Address) int { return strings.Compare(a.Address, b.Address) })
}

type wireAccessLists = rows[wireAccessList, AccessList]

// A wireAddress has its time in a form of its own: see stamp.
type wireAddress struct {
	Address, Description string
	Enabled              bool
	LastUpdateDateTime   timestamp
}

func (w wireAddress) value() (Address, bool) {
	return Address{w.Address, w.Description, w.Enabled, w.LastUpdateDateTime.Time}, w.Address != ""
}
