package devops

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
)

// UserService has the calls about the members of the organization.
type UserService service

// Members are an organization and the users in it, invited ones too.
type Members struct {
	OrgID, OrgName string
	Users          []User
}

// A User is a member of an organization.
type User struct {
	ID, Email string
	Status    string // "active" or "invited"; others may come
	Roles     []RoleRef
}

// A RoleRef names a role that somebody holds.
type RoleRef struct{ ID, Name string }

// List returns the organization with all its users. It needs org-user-read.
//
//	GET /v2/organizations/users
func (s *UserService) List(ctx context.Context) (Members, error) {
	members, err := fetch[wireMembers](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/users", permission: "org-user-read", class: read,
	})
	return listed(s.client, members, err)
}

// Get returns one user. It needs org-user-read.
//
//	GET /v2/organizations/users/{userID}
func (s *UserService) Get(ctx context.Context, id string) (User, error) {
	return fetch[wireUser](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/users/{id}", id: id, permission: "org-user-read", class: read,
	})
}

// Invite asks email to join the organization with the roles whose ids are
// given. To invite again sends a second letter. It needs org-user-write.
//
//	PUT /v2/organizations/users
func (s *UserService) Invite(ctx context.Context, orgID, email string, roleIDs []string) error {
	body := struct {
		Email string   `json:"email"`
		OrgID string   `json:"orgID"`
		Roles []string `json:"roles"`
	}{email, orgID, orEmpty(roleIDs)}
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: "/v2/organizations/users", body: body, permission: "org-user-write", class: once,
	})
	return err
}

// SetRoles replaces all the roles of a user. It needs org-user-write.
//
//	PUT /v2/organizations/users/{userID}/roles
func (s *UserService) SetRoles(ctx context.Context, id string, roleIDs []string) error {
	body := struct {
		Roles []string `json:"roles"`
	}{orEmpty(roleIDs)}
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: "/v2/organizations/users/{id}/roles", id: id, body: body, permission: "org-user-write", class: idempotent,
	})
	return err
}

// Remove takes a user out of the organization, or an invitation back. It needs
// org-user-write.
//
//	DELETE /v2/organizations/users/{userID}
func (s *UserService) Remove(ctx context.Context, id string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/organizations/users/{id}", id: id, permission: "org-user-write", class: idempotent,
	})
	return err
}

type wireMembers struct {
	OrgID   id
	OrgName text
	Users   rows[wireUser, User]
}

func (w wireMembers) value() (Members, bool) {
	users, ok := w.Users.value()
	return Members{string(w.OrgID), string(w.OrgName), users}, ok && w.OrgID != ""
}

type wireUser struct {
	UserID        id
	Email, Status text
	Roles         rows[wireRoleRef, RoleRef]
}

type wireRoleRef struct {
	ID   id
	Name text
}

func (w wireRoleRef) value() (RoleRef, bool) { return RoleRef{string(w.ID), string(w.Name)}, true }

func (w wireUser) value() (User, bool) {
	roles, _ := w.Roles.value()
	slices.SortStableFunc(roles, func(a, b RoleRef) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return User{string(w.UserID), string(w.Email), string(w.Status), roles}, w.UserID != ""
}
