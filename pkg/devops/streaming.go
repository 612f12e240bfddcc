package devops

import (
	"context"
	"net/http"
	"net/url"
)

// StreamingService reads Astra Streaming.
type StreamingService service

// Tenant is a streaming tenant in one cluster. Responses also contain a token
// of Pulsar, which is not decoded.
type Tenant struct {
	ID, Name, Cluster string
	Status            string // "active"; others are possible
	Cloud, Region     string // as in the API: "gcp", "useast1"
	Plan              string
	PulsarVersion     string
	BrokerURL, WebURL string // addresses for clients of Pulsar and for its REST API
}

// Tenants returns the streaming tenants of the organization. It needs
// org-stream-manage.
//
//	GET /v2/streaming/tenants
func (s *StreamingService) Tenants(ctx context.Context) ([]Tenant, error) {
	tenants, err := fetch[tenantsResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/streaming/tenants", permission: "org-stream-manage", retry: safe,
	})
	return reportList(s.client, tenants, err)
}

type tenantsResponse = rows[tenantResponse, Tenant]

type tenantResponse struct {
	ID                              optional[id]
	TenantName                      id
	ClusterName, Status             text
	CloudProvider, CloudRegion      text
	Plan, PulsarVersion             text
	BrokerServiceURL, WebServiceURL text
}

func (w tenantResponse) value() (Tenant, bool) {
	return Tenant{
		ID: string(w.ID.v), Name: string(w.TenantName), Cluster: string(w.ClusterName), Status: string(w.Status),
		Cloud: string(w.CloudProvider), Region: string(w.CloudRegion), Plan: string(w.Plan), PulsarVersion: string(w.PulsarVersion),
		BrokerURL: publicAddress(w.BrokerServiceURL), WebURL: publicAddress(w.WebServiceURL),
	}, w.TenantName != ""
}

// publicAddress returns an address without the parts that may have a token. It
// is empty for a text that is not an address.
func publicAddress(address text) string {
	u, err := url.Parse(string(address))
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
