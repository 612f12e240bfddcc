package devops

import (
	"context"
	"net/http"
	"time"
)

// OrgService has the calls about organizations.
type OrgService service

// An Org is an organization that was just made.
type Org struct {
	ID, Name, Email string
	Type            string
	EnterpriseID    string
	GroupID         string
	CreatedAt       time.Time
}

// A NewOrg describes an organization to be made. EnterpriseID may be empty.
type NewOrg struct {
	Name         string `json:"name"`
	Email        string `json:"email"`
	AdminUserID  string `json:"adminUserID"`
	EnterpriseID string `json:"enterpriseID,omitempty"`
}

// Current returns the id of the organization that the token belongs to. Any
// valid token may ask.
//
//	GET /v2/currentOrg
func (s *OrgService) Current(ctx context.Context) (string, error) {
	return fetch[wireCurrent](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/currentOrg", class: read, anyToken: true,
	})
}

// Create makes an organization in an enterprise. It takes a token of the
// enterprise; no action is known for it. The API can neither list nor delete
// organizations.
//
//	POST /v2/enterprises/organizations
func (s *OrgService) Create(ctx context.Context, org NewOrg) (Org, error) {
	return fetch[wireOrg](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/enterprises/organizations", body: org, class: once,
	})
}

type wireCurrent struct{ ID id }

func (w wireCurrent) value() (string, bool) { return string(w.ID), w.ID != "" }

type wireOrg struct {
	OrganizationID      id
	OrganizationName    text
	OrganizationEmail   text
	OrgType             text
	EnterpriseID        optional[id]
	OrganizationGroupID optional[id]
	CreatedAt           timestamp
}

func (w wireOrg) value() (Org, bool) {
	return Org{
		ID: string(w.OrganizationID), Name: string(w.OrganizationName), Email: string(w.OrganizationEmail), Type: string(w.OrgType),
		EnterpriseID: string(w.EnterpriseID.v), GroupID: string(w.OrganizationGroupID.v), CreatedAt: w.CreatedAt.Time,
	}, w.OrganizationID != ""
}
