package devops

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
)

// UserService manages the users of the organization.
type UserService service

// Members is an organization with its users, including invited ones.
type Members struct {
	OrgID, OrgName string
	Users          []User
}

// User is a user of an organization.
type User struct {
	ID, Email string
	Status    string // "active" or "invited"; others are possible
	Roles     []RoleRef
}

// RoleRef is a role of a user.
type RoleRef struct{ ID, Name string }

// List returns the organization with all its users. It needs org-user-read.
//
//	GET /v2/organizations/users
func (s *UserService) List(ctx context.Context) (Members, error) {
	members, err := fetch[membersResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/users", permission: "org-user-read", retry: safe,
	})
	return reportList(s.client, members, err)
}

// Get returns one user. It needs org-user-read.
//
//	GET /v2/organizations/users/{userID}
func (s *UserService) Get(ctx context.Context, id string) (User, error) {
	return fetch[userResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/organizations/users/{id}", id: id, permission: "org-user-read", retry: safe,
	})
}

// Invite sends an invitation email with the given roles. Another call sends a
// second email. It needs org-user-write.
//
//	PUT /v2/organizations/users
func (s *UserService) Invite(ctx context.Context, orgID, email string, roleIDs []string) error {
	body := struct {
		Email string   `json:"email"`
		OrgID string   `json:"orgID"`
		Roles []string `json:"roles"`
	}{email, orgID, orEmpty(roleIDs)}
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: "/v2/organizations/users", body: body, permission: "org-user-write", retry: atMostOnce,
	})
	return err
}

// SetRoles replaces all roles of a user. It needs org-user-write.
func (s *UserService) SetRoles(ctx context.Context, id string, roleIDs []string) error {
	body := struct {
		Roles []string `json:"roles"`
	}{orEmpty(roleIDs)}
	_, err := s.client.do(ctx, call{
		method: http.MethodPut, path: "/v2/organizations/users/{id}/roles", id: id, body: body, permission: "org-user-write", retry: idempotent,
	})
	return err
}

// Remove removes a user or cancels an invitation. It needs org-user-write.
//
//	DELETE /v2/organizations/users/{userID}
func (s *UserService) Remove(ctx context.Context, id string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/organizations/users/{id}", id: id, permission: "org-user-write", retry: idempotent,
	})
	return err
}

type membersResponse struct {
	OrgID   id
	OrgName text
	Users   rows[userResponse, User]
}

func (w membersResponse) value() (Members, bool) {
	users, ok := w.Users.value()
	return Members{string(w.OrgID), string(w.OrgName), users}, ok && w.OrgID != ""
}

type userResponse struct {
	UserID        id
	Email, Status text
	Roles         rows[roleRefResponse, RoleRef]
}

type roleRefResponse struct {
	ID   id
	Name text
}

func (w roleRefResponse) value() (RoleRef, bool) { return RoleRef{string(w.ID), string(w.Name)}, true }

func (w userResponse) value() (User, bool) {
	roles, _ := w.Roles.value()
	slices.SortStableFunc(roles, func(a, b RoleRef) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return User{string(w.UserID), string(w.Email), string(w.Status), roles}, w.UserID != ""
}
