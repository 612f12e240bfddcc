package devops

import (
	"context"
	"net/http"
	"time"

	"github.com/astra-admin/astra/pkg/secret"
)

// TokenService has the calls about application tokens.
type TokenService service

// A Token is an application token as the service lists it, without its
// secrets.
type Token struct {
	ClientID    string
	Roles       []string // ids
	Description string
	GeneratedOn time.Time
	ExpiresAt   time.Time // zero: never
}

// A NewToken describes a token to be made. Only Roles are required.
type NewToken struct {
	Roles       []string // ids
	OrgID       string
	Description string
	ExpiresAt   time.Time
}

// A Credential is a token that was just made. The service shows Secret and
// Token this once.
type Credential struct {
	ClientID      string
	Secret, Token secret.Text
	OrgID         string
	Roles         []string
	Description   string
	GeneratedOn   time.Time
	ExpiresAt     time.Time
}

// List returns all tokens of the organization. It needs org-token-read.
//
//	GET /v2/clientIdSecrets
func (s *TokenService) List(ctx context.Context) ([]Token, error) {
	tokens, err := fetch[wireTokens](ctx, s.client, call{
		method: http.MethodGet, path: "/v2/clientIdSecrets", permission: "org-token-read", class: read,
	})
	return listed(s.client, tokens, err)
}

// Create makes a token. Each call makes another one, so it is never repeated
// once it may have been seen: look at the list after an ErrOutcomeUnknown, in
// which a *PartialCredential may name the token. It needs org-token-write.
//
//	POST /v2/clientIdSecrets
func (s *TokenService) Create(ctx context.Context, token NewToken) (Credential, error) {
	k := call{
		method: http.MethodPost, path: "/v2/clientIdSecrets", body: newTokenBody(token), permission: "org-token-write", class: once,
	}
	a, err := s.client.do(ctx, k)
	if err != nil {
		return Credential{}, withPartial(err, a.body)
	}
	made, err := parseCredential(a.body)
	if err != nil || a.status > http.StatusCreated {
		return Credential{}, withPartial(s.client.unusable(k, a, "the answer is not a whole credential"), a.body)
	}
	s.client.addSecrets(made.Secret, made.Token)
	return made, nil
}

// Delete revokes a token at once. It needs org-token-write.
//
//	DELETE /v2/clientIdSecrets/{clientId}
func (s *TokenService) Delete(ctx context.Context, clientID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/clientIdSecrets/{id}", id: clientID, permission: "org-token-write", class: idempotent, literal: true,
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

// A wireTokens tells a list that is empty from one that is not there: the
// former proves that a token is gone.
type wireTokens struct{ Clients rows[wireToken, Token] }

func (w wireTokens) value() ([]Token, bool) {
	tokens, ok := w.Clients.value()
	return tokens, ok && w.Clients.present
}

type wireToken struct {
	ClientID    id
	Roles       []string // also names, with some services: nothing but requests and words for people is made of them
	Description text
	GeneratedOn timestamp
	TokenExpiry timestamp
}

func (w wireToken) value() (Token, bool) {
	return Token{string(w.ClientID), orEmpty(w.Roles), string(w.Description), w.GeneratedOn.Time, w.TokenExpiry.Time}, w.ClientID != ""
}
