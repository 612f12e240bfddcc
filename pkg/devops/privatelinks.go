package devops

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// PrivateLinkService manages private endpoints: connections to a database that
// avoid the internet.
type PrivateLinkService service

// PrivateLink is the private endpoint service of a datacenter.
type PrivateLink struct {
	DatabaseID   string
	DatacenterID string // the database's id, a dash and a number
	ServiceName  string // the service to which endpoints connect, in the format of the cloud
	Principals   []string
	Endpoints    []PrivateEndpoint
}

// PrivateEndpoint is an endpoint in the user's network.
type PrivateEndpoint struct {
	ID, Description, LinkID string
	Status                  string // "Accepted" or "Rejected"; others are possible
	CreatedAt               time.Time
}

// List returns the private links of all databases. It needs
// db-manage-privateendpoint.
//
//	GET /v2/organizations/private-link
func (s *PrivateLinkService) List(ctx context.Context) ([]PrivateLink, error) {
	return fetch[linksResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/private-link", permission: "db-manage-privateendpoint", retry: safe,
	})
}

// Get returns the private links of a database, one for each of its datacenters.
// It needs db-manage-privateendpoint.
//
//	GET /v2/organizations/clusters/{clusterID}/private-link
func (s *PrivateLinkService) Get(ctx context.Context, databaseID string) ([]PrivateLink, error) {
	return fetch[clusterResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/clusters/{id}/private-link", id: databaseID, permission: "db-manage-privateendpoint", retry: safe,
	})
}

// Allow allows principals of a cloud provider to connect endpoints to a
// datacenter, in addition to those that are allowed already. It needs
// db-manage-privateendpoint.
//
//	POST /v2/organizations/clusters/{clusterID}/datacenters/{datacenterID}/private-link
func (s *PrivateLinkService) Allow(ctx context.Context, databaseID, datacenterID string, principals []string) error {
	body := struct {
		AllowedPrincipals []string `json:"allowedPrincipals"`
	}{orEmpty(principals)}
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: datacenterPath + "/private-link", id: databaseID, part: datacenterID, body: body,
		permission: "db-manage-privateendpoint", retry: idempotent,
	})
	return err
}

// Deny removes a principal from those that are allowed. It needs
// db-manage-privateendpoint.
//
//	DELETE /v2/organizations/clusters/{clusterID}/datacenters/{datacenterID}/allowed-principals
func (s *PrivateLinkService) Deny(ctx context.Context, databaseID, datacenterID, principal string) error {
	body := struct {
		AllowedPrincipal string `json:"allowedPrincipal"`
	}{principal}
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: datacenterPath + "/allowed-principals", id: databaseID, part: datacenterID, body: body,
		permission: "db-manage-privateendpoint", retry: idempotent,
	})
	return err
}

// AcceptEndpoint accepts an endpoint of the user's network. The service may list
// it with another ID, which is that of the result. A second request for an
// endpoint may be a conflict, so the request is never repeated. It needs
// db-manage-privateendpoint.
//
//	POST /v2/organizations/clusters/{clusterID}/datacenters/{datacenterID}/endpoints
func (s *PrivateLinkService) AcceptEndpoint(ctx context.Context, databaseID, datacenterID, endpoint, description string) (PrivateEndpoint, error) {
	body := struct {
		EndpointID  string `json:"endpointID"`
		Description string `json:"description"`
	}{endpoint, description}
	return fetch[endpointResponse](ctx, s.client, call{
		method: http.MethodPost, path: datacenterPath + "/endpoints", id: databaseID, part: datacenterID, body: body,
		permission: "db-manage-privateendpoint", retry: atMostOnce,
	})
}

// DescribeEndpoint changes the description of an endpoint. It needs
// db-manage-privateendpoint.
//
//	PUT /v2/organizations/clusters/{clusterID}/datacenters/{datacenterID}/endpoints/{endpointID}
func (s *PrivateLinkService) DescribeEndpoint(ctx context.Context, databaseID, datacenterID, endpoint, description string) error {
	path, err := endpointPath(endpoint)
	if err != nil {
		return err
	}
	body := struct {
		Description string `json:"description"`
	}{description}
	_, err = s.client.do(ctx, call{
		method: http.MethodPut, path: path, id: databaseID, part: datacenterID, body: body,
		permission: "db-manage-privateendpoint", retry: idempotent,
	})
	return err
}

// DeleteEndpoint deletes an endpoint, which ends its connection. It needs
// db-manage-privateendpoint.
//
//	DELETE /v2/organizations/clusters/{clusterID}/datacenters/{datacenterID}/endpoints/{endpointID}
func (s *PrivateLinkService) DeleteEndpoint(ctx context.Context, databaseID, datacenterID, endpoint string) error {
	path, err := endpointPath(endpoint)
	if err != nil {
		return err
	}
	_, err = s.client.do(ctx, call{
		method: http.MethodDelete, path: path, id: databaseID, part: datacenterID,
		permission: "db-manage-privateendpoint", retry: idempotent,
	})
	return err
}

const datacenterPath = "/v2/organizations/clusters/{id}/datacenters/{part}"

// endpointPath returns the path of an endpoint, whose ID may contain slashes.
func endpointPath(endpoint string) (string, error) {
	if endpoint == "" || endpoint == "." || endpoint == ".." {
		return "", fmt.Errorf("%w: %q is not the ID of an endpoint", ErrInvalid, endpoint)
	}
	return datacenterPath + "/endpoints/" + url.PathEscape(endpoint), nil
}

type linksResponse struct {
	Clusters rows[clusterResponse, []PrivateLink]
}

func (w linksResponse) value() ([]PrivateLink, bool) {
	clusters, ok := w.Clusters.value()
	return orEmpty(slices.Concat(clusters...)), ok
}

type clusterResponse struct {
	ClusterID   id
	Datacenters rows[linkResponse, PrivateLink]
}

func (w clusterResponse) value() ([]PrivateLink, bool) {
	links, _ := w.Datacenters.value()
	for i := range links {
		links[i].DatabaseID = string(w.ClusterID)
	}
	return links, w.ClusterID != ""
}

type linkResponse struct {
	ServiceName       string
	DatacenterID      id
	AllowedPrincipals []string
	Endpoints         rows[endpointResponse, PrivateEndpoint]
}

func (w linkResponse) value() (PrivateLink, bool) {
	endpoints, _ := w.Endpoints.value()
	return PrivateLink{"", string(w.DatacenterID), w.ServiceName, orEmpty(w.AllowedPrincipals), endpoints}, true
}

type endpointResponse struct {
	EndpointID, Description, LinkID, Status string
	CreatedDateTime                         timestamp
}

func (w endpointResponse) value() (PrivateEndpoint, bool) {
	return PrivateEndpoint{w.EndpointID, w.Description, w.LinkID, w.Status, w.CreatedDateTime.Time}, true
}
