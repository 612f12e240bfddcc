package devops

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/astra-admin/astra/pkg/secret"
)

// TokenService manages application tokens.
type TokenService service

// Token is an application token as listed by the service, without its secrets.
type Token struct {
	ClientID    string
	Roles       []string // role IDs
	Description string
	GeneratedOn time.Time
	ExpiresAt   time.Time // zero is never

	OmitsRoles bool // the list has no roles of the token, not even an empty list of them
}

// NewToken describes a token to create. Only Roles is required.
type NewToken struct {
	Roles       []string // role IDs
	OrgID       string   // another organization of the caller's enterprise; empty is the caller's own
	Description string
	ExpiresAt   time.Time
}

// Credential is a new token. The service returns Secret and Token only once.
type Credential struct {
	ClientID      string
	Secret, Token secret.Text
	OrgID         string
	Roles         []string
	Description   string
	GeneratedOn   time.Time
	ExpiresAt     time.Time
}

// List returns all tokens of the organization, or of the enterprise whose token
// the caller is: that may list them at the other path only. It needs
// org-token-read.
//
//	GET /v2/clientIdSecrets
//	GET /v2/tokens
func (s *TokenService) List(ctx context.Context) ([]Token, error) {
	tokens, err := fetch[tokensResponse](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/clientIdSecrets", permission: "org-token-read", retry: safe,
	})
	if errors.Is(err, ErrForbidden) {
		all, failed := s.ListEnterprise(ctx)
		e, _ := errors.AsType[*Error](failed)
		unrouted := e != nil && e.Status == http.StatusNotFound
		if !unrouted && !errors.Is(failed, ErrForbidden) { // another failure says nothing about the permission
			tokens, err = all, failed
		}
	}
	return reportList(s.client, tokens, err)
}

// ListEnterprise returns the tokens that a token of an enterprise may see, also
// those of its organizations. It needs org-token-read.
//
//	GET /v2/tokens
func (s *TokenService) ListEnterprise(ctx context.Context) ([]Token, error) {
	return fetch[tokensResponse](ctx, s.client, call{method: http.MethodGet, path: enterpriseTokens, permission: "org-token-read", retry: safe})
}

// enterpriseTokens is the path for tokens of other organizations. The body of
// the other path has no organization, and a service that ignores it would create
// a token of the caller's own.
const enterpriseTokens = "/v2/tokens"

// Create creates a token. Each call creates another one, so it is never
// repeated after the service may have received it: check the list after an
// ErrOutcomeUnknown, in which a *PartialCredential may have the client ID. It
// needs org-token-write, for another organization as a token of its enterprise.
//
//	POST /v2/clientIdSecrets
//	POST /v2/tokens
func (s *TokenService) Create(ctx context.Context, token NewToken) (Credential, error) {
	k := call{
		method: http.MethodPost, path: "/v2/clientIdSecrets", body: newTokenBody(token), permission: "org-token-write", retry: atMostOnce,
	}
	if token.OrgID != "" {
		k.path = enterpriseTokens
	}
	a, err := s.client.do(ctx, k)
	if err != nil {
		return Credential{}, withPartialCredential(err, a.body)
	}
	created, err := parseCredential(a.body)
	if err != nil || a.status > http.StatusCreated {
		return Credential{}, withPartialCredential(s.client.invalidResponse(k, a, "the response is not a complete credential"), a.body)
	}
	s.client.addSecrets(created.Secret, created.Token)
	return created, nil
}

// Delete revokes a token, also one of another organization of the enterprise:
// the published DELETE of /v2/tokens lacks the client ID, and official clients
// use this path for both. It needs org-token-write.
func (s *TokenService) Delete(ctx context.Context, clientID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/clientIdSecrets/{id}", id: clientID, permission: "org-token-write", retry: idempotent, literal: true,
	})
	return err
}

type tokenBody struct {
	Roles       []string `json:"roles"`
	OrgID       string   `json:"orgId,omitempty"`
	TokenExpiry string   `json:"tokenExpiry,omitempty"`
	Description string   `json:"description,omitempty"`
}

func newTokenBody(t NewToken) tokenBody {
	b := tokenBody{Roles: orEmpty(t.Roles), OrgID: t.OrgID, Description: t.Description}
	if !t.ExpiresAt.IsZero() {
		b.TokenExpiry = t.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return b
}

// tokensResponse distinguishes an empty list, which proves that a token was
// deleted, from a missing one.
type tokensResponse struct{ Clients rows[tokenResponse, Token] }

func (w tokensResponse) value() ([]Token, bool) {
	tokens, ok := w.Clients.value()
	return tokens, ok && w.Clients.present
}

type tokenResponse struct {
	ClientID    id
	Roles       []string // names in some services: used only for requests and display
	Description text
	GeneratedOn timestamp
	TokenExpiry timestamp
}

func (w tokenResponse) value() (Token, bool) {
	return Token{string(w.ClientID), orEmpty(w.Roles), string(w.Description), w.GeneratedOn.Time, w.TokenExpiry.Time, w.Roles == nil}, w.ClientID != ""
}
