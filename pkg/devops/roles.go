package devops

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// RoleService manages the roles of the organization.
type RoleService service

// Role is a named policy. The resources of default roles contain the literal
// __ORG_ID__.
type Role struct {
	ID, Name  string
	Policy    Policy
	UpdatedAt time.Time
	UpdatedBy string
}

// Policy has the actions that a role allows or denies, and their resources.
type Policy struct {
	Description string   `json:"description"`
	Resources   []string `json:"resources"`
	Actions     []string `json:"actions"`
	Effect      string   `json:"effect"`
}

// List returns all roles, default and custom ones. It needs org-role-read.
func (s *RoleService) List(ctx context.Context) ([]Role, error) {
	roles, err := fetch[rolesResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/roles", permission: "org-role-read", retry: safe,
	})
	return reportList(s.client, roles, err)
}

// Brief is List without resources and actions, which need most of the memory.
// It needs org-role-read.
//
//	GET /v2/organizations/roles
func (s *RoleService) Brief(ctx context.Context) ([]Role, error) {
	roles, err := fetch[rows[briefRole, Role]](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/roles", permission: "org-role-read", retry: safe,
	})
	return reportList(s.client, roles, err)
}

// Get returns one role. It needs org-role-read.
//
//	GET /v2/organizations/roles/{roleID}
func (s *RoleService) Get(ctx context.Context, id string) (Role, error) {
	return fetch[roleResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/roles/{id}", id: id, permission: "org-role-read", retry: safe,
	})
}

// Create creates a custom role with a new name. It needs org-role-write.
func (s *RoleService) Create(ctx context.Context, name string, policy Policy) (Role, error) {
	return fetch[roleResponse](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/organizations/roles", body: newRoleBody(name, policy), permission: "org-role-write", retry: atMostOnce,
	})
}

// Update replaces the name and the policy of a custom role. It needs
// org-role-write.
//
//	PUT /v2/organizations/roles/{roleID}
func (s *RoleService) Update(ctx context.Context, id, name string, policy Policy) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: "/v2/organizations/roles/{id}", id: id, body: newRoleBody(name, policy), permission: "org-role-write", retry: idempotent,
	})
	return err
}

// Delete deletes a custom role. It needs org-role-delete.
//
//	DELETE /v2/organizations/roles/{roleID}
func (s *RoleService) Delete(ctx context.Context, id string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/organizations/roles/{id}", id: id, permission: "org-role-delete", retry: idempotent,
	})
	return err
}

type roleBody struct {
	Name   string `json:"name"`
	Policy Policy `json:"policy"`
}

func newRoleBody(name string, p Policy) roleBody {
	p.Resources, p.Actions, p.Effect = orEmpty(p.Resources), orEmpty(p.Actions), cmp.Or(p.Effect, "allow")
	return roleBody{name, p}
}

// roleResponse has three keys for each of its last fields: the response to a
// creation spells them without underscores, and the specification with fewer.
type roleResponse struct {
	ID                 id
	Name               string
	Policy             policyResponse[Policy]
	UpdatedAt          timestamp `json:"last_update_date_time"`
	UpdatedAtMade      timestamp `json:"lastUpdateDateTime"`
	UpdatedAtSpecified timestamp `json:"last_update_datetime"`
	UpdatedBy          string    `json:"last_update_user_id"`
	UpdatedByMade      string    `json:"lastUpdateUserID"`
	UpdatedBySpecified string    `json:"last_update_userid"`
}

func (w roleResponse) value() (Role, bool) {
	p := w.Policy.v
	p.Resources, p.Actions = orEmpty(p.Resources), orEmpty(p.Actions)
	updated := cmp.Or(w.UpdatedAt.Time, w.UpdatedAtMade.Time, w.UpdatedAtSpecified.Time)
	return Role{string(w.ID), w.Name, p, updated, cmp.Or(w.UpdatedBy, w.UpdatedByMade, w.UpdatedBySpecified)}, w.ID != ""
}

// policyResponse is a policy as an object, or as its JSON text in a string.
type policyResponse[T any] struct{ v T }

// UnmarshalJSON accepts both forms.
func (p *policyResponse[T]) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil && text != "" {
		b = []byte(text)
	}
	return json.Unmarshal(b, &p.v)
}

// briefRole is a roleResponse without resources and actions.
type briefRole struct {
	ID     id
	Name   string
	Policy policyResponse[struct{ Description string }]
}

func (w briefRole) value() (Role, bool) {
	return Role{ID: string(w.ID), Name: w.Name, Policy: Policy{Description: w.Policy.v.Description}}, w.ID != ""
}

type rolesResponse = rows[roleResponse, Role]
