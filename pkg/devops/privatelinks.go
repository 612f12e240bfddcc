package devops

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// PrivateLinkService has the calls about private endpoints: ways into a database
// that do not lead through the internet.
type PrivateLinkService service

// A PrivateLink is the private way into a datacenter.
type PrivateLink struct {
	DatabaseID   string
	DatacenterID string // the database's id, a dash and a number
	ServiceName  string // what an endpoint is connected to, in the words of the cloud
	Principals   []string
	Endpoints    []PrivateEndpoint
}

// A PrivateEndpoint is an endpoint in the user's own network.
type PrivateEndpoint struct {
	ID, Description, LinkID string
	Status                  string // "Accepted" or "Rejected"; others may come
	CreatedAt               time.Time
}

// List returns the private links of all databases. It needs
// db-manage-privateendpoint.
//
//	GET /v2/organizations/private-link
func (s *PrivateLinkService) List(ctx context.Context) ([]PrivateLink, error) {
	return fetch[wireLinks](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/private-link", permission: "db-manage-privateendpoint", class: read,
	})
}

// Get returns the private links of a database, one for each of its datacenters.
// It needs db-manage-privateendpoint.
//
//	GET /v2/organizations/clusters/{clusterID}/private-link
func (s *PrivateLinkService) Get(ctx context.Context, databaseID string) ([]PrivateLink, error) {
	return fetch[wireCluster](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/clusters/{id}/private-link", id: databaseID, permission: "db-manage-privateendpoint", class: read,
	})
}

type wireLinks struct {
	Clusters rows[wireCluster, []PrivateLink]
}

func (w wireLinks) value() ([]PrivateLink, bool) {
	clusters, ok := w.Clusters.value()
	return orEmpty(slices.Concat(clusters...)), ok
}

type wireCluster struct {
	ClusterID   id
	Datacenters rows[wireLink, PrivateLink]
}

func (w wireCluster) value() ([]PrivateLink, bool) {
	links, _ := w.Datacenters.value()
	for i := range links {
		links[i].DatabaseID = string(w.ClusterID)
	}
	return links, w.ClusterID != ""
}

type wireLink struct {
	ServiceName       string
	DatacenterID      id
	AllowedPrincipals []string
	Endpoints         rows[wireEndpoint, PrivateEndpoint]
}

func (w wireLink) value() (PrivateLink, bool) {
	endpoints, _ := w.Endpoints.value()
	return PrivateLink{"", string(w.DatacenterID), w.ServiceName, orEmpty(w.AllowedPrincipals), endpoints}, true
}

type wireEndpoint struct {
	EndpointID, Description, LinkID, Status string
	CreatedDateTime                         timestamp
}

func (w wireEndpoint) value() (PrivateEndpoint, bool) {
	return PrivateEndpoint{w.EndpointID, w.Description, w.LinkID, w.Status, w.CreatedDateTime.Time}, true
}
