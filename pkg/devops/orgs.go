package devops

import (
	"context"
	"net/http"
	"time"
)

// OrgService manages organizations.
type OrgService service

// Org is a new organization.
type Org struct {
	ID, Name, Email string
	Type            string
	EnterpriseID    string
	GroupID         string
	CreatedAt       time.Time
}

// NewOrg describes an organization to create. EnterpriseID may be empty.
type NewOrg struct {
	Name         string `json:"name"`
	Email        string `json:"email"`
	AdminUserID  string `json:"adminUserID"`
	EnterpriseID string `json:"enterpriseID,omitempty"`
}

// Current returns the ID of the organization of the token. It needs no
// permission.
//
//	GET /v2/currentOrg
func (s *OrgService) Current(ctx context.Context) (string, error) {
	return fetch[currentResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/currentOrg", retry: safe, anyToken: true,
	})
}

// Create creates an organization in an enterprise. It requires a token of the
// enterprise; the required permission is not published. The API can neither
// list nor delete organizations.
//
//	POST /v2/enterprises/organizations
func (s *OrgService) Create(ctx context.Context, org NewOrg) (Org, error) {
	return fetch[orgResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/enterprises/organizations", body: org, retry: atMostOnce,
	})
}

type currentResponse struct{ ID id }

func (w currentResponse) value() (string, bool) { return string(w.ID), w.ID != "" }

type orgResponse struct {
	OrganizationID      id
	OrganizationName    text
	OrganizationEmail   text
	OrgType             text
	EnterpriseID        optional[id]
	OrganizationGroupID optional[id]
	CreatedAt           timestamp
}

func (w orgResponse) value() (Org, bool) {
	return Org{
		ID: string(w.OrganizationID), Name: string(w.OrganizationName), Email: string(w.OrganizationEmail), Type: string(w.OrgType),
		EnterpriseID: string(w.EnterpriseID.v), GroupID: string(w.OrganizationGroupID.v), CreatedAt: w.CreatedAt.Time,
	}, w.OrganizationID != ""
}
