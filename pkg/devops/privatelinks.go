package devops

import (
	"context"
	"net/http"
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

type wireLinks struct{ Clusters []wireCluster }

func (w wireLinks) value() ([]PrivateLink, bool) {
	all := []PrivateLink{}
	for _, c := range w.Clusters {
		links, ok := c.value()
		if !ok {
			return nil, false
		}
		all = append(all, links...)
	}
	return all, true
}

type wireCluster struct {
	ClusterID   id
	Datacenters []struct {
		ServiceName       string
		DatacenterID      id
		AllowedPrincipals []string
		Endpoints         []struct {
			EndpointID, Description, LinkID, Status string
			CreatedDateTime                         stamp
		}
	}
}

func (w wireCluster) value() ([]PrivateLink, bool) {
	links := []PrivateLink{}
	for _, d := range w.Datacenters {
		l := PrivateLink{string(w.ClusterID), string(d.DatacenterID), d.ServiceName, orEmpty(d.AllowedPrincipals), []PrivateEndpoint{}}
		for _, e := range d.Endpoints {
			l.Endpoints = append(l.Endpoints, PrivateEndpoint{e.EndpointID, e.Description, e.LinkID, e.Status, e.CreatedDateTime.Time})
		}
		links = append(links, l)
	}
	return links, w.ClusterID != ""
}
