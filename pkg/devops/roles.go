package devops

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

// RoleService has the calls about the roles of the organization.
type RoleService service

// A Role is a name for a policy. The resources of the roles that every
// organization has hold the literal __ORG_ID__.
type Role struct {
	ID, Name  string
	Policy    Policy
	UpdatedAt time.Time
	UpdatedBy string
}

// A Policy says which actions a role allows on which resources.
type Policy struct {
	Description string   `json:"description"`
	Resources   []string `json:"resources"`
	Actions     []string `json:"actions"`
	Effect      string   `json:"effect"`
}

// List returns all roles, default and custom ones. It needs org-role-read.
//
//	GET /v2/organizations/roles
func (s *RoleService) List(ctx context.Context) ([]Role, error) {
	roles, err := fetch[wireRoles](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/roles", permission: "org-role-read", class: read,
	})
	return listed(s.client, roles, err)
}

// Brief is List without resources and actions, which take many times as much memory
// as the rest. It needs org-role-read.
//
//	GET /v2/organizations/roles
func (s *RoleService) Brief(ctx context.Context) ([]Role, error) {
	roles, err := fetch[rows[briefRole, Role]](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/roles", permission: "org-role-read", class: read,
	})
	return listed(s.client, roles, err)
}

// Get returns one role. It needs org-role-read.
//
//	GET /v2/organizations/roles/{roleID}
func (s *RoleService) Get(ctx context.Context, id string) (Role, error) {
	return fetch[wireRole](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/roles/{id}", id: id, permission: "org-role-read", class: read,
	})
}

// Create makes a custom role. The name must be new. It needs org-role-write.
//
//	POST /v2/organizations/roles
func (s *RoleService) Create(ctx context.Context, name string, policy Policy) (Role, error) {
	return fetch[wireRole](ctx, s.client, call{
		method: http.MethodPost, path: "/v2/organizations/roles", body: newRoleBody(name, policy), permission: "org-role-write", class: once,
	})
}

// Update replaces the name and the policy of a custom role. It needs
// org-role-write.
//
//	PUT /v2/organizations/roles/{roleID}
func (s *RoleService) Update(ctx context.Context, id, name string, policy Policy) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: "/v2/organizations/roles/{id}", id: id, body: newRoleBody(name, policy), permission: "org-role-write", class: idempotent,
	})
	return err
}

// Delete deletes a custom role. It needs org-role-delete.
//
//	DELETE /v2/organizations/roles/{roleID}
func (s *RoleService) Delete(ctx context.Context, id string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/organizations/roles/{id}", id: id, permission: "org-role-delete", class: idempotent,
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

// A wireRole has two names for each of its last fields: a role that was just
// made spells them without underscores.
type wireRole struct {
	ID            id
	Name          string
	Policy        Policy
	UpdatedAt     timestamp `json:"last_update_date_time"`
	UpdatedAtMade timestamp `json:"lastUpdateDateTime"`
	UpdatedBy     string    `json:"last_update_user_id"`
	UpdatedByMade string    `json:"lastUpdateUserID"`
}

func (w wireRole) value() (Role, bool) {
	p := w.Policy
	p.Resources, p.Actions = orEmpty(p.Resources), orEmpty(p.Actions)
	updated := w.UpdatedAt.Time
	if updated.IsZero() {
		updated = w.UpdatedAtMade.Time
	}
	return Role{string(w.ID), w.Name, p, updated, cmp.Or(w.UpdatedBy, w.UpdatedByMade)}, w.ID != ""
}

// A briefRole is a wireRole of which resources and actions are not read.
type briefRole struct {
	ID     id
	Name   string
	Policy struct{ Description string }
}

func (w briefRole) value() (Role, bool) {
	return Role{ID: string(w.ID), Name: w.Name, Policy: Policy{Description: w.Policy.Description}}, w.ID != ""
}

type wireRoles = rows[wireRole, Role]
