package devops

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// PrivateLinkService reads private endpoints: connections to a database that
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
