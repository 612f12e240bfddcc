package onetime

import (
	"context"
	"errors"
	"fmt"

	"github.com/astra-admin/astra/pkg/devops"
)

// verify makes sure that the service accepts the new token.
func (r *Rotation) verify(ctx context.Context, e *Entry) error {
	if err := r.accepted(ctx, e.Made); err != nil {
		return err
	}
	return e.note(Verified)
}

// accepted asks the service something with a token. One that is kept nowhere here
// and was made by an earlier run cannot be asked with: it has to be listed.
func (r *Rotation) accepted(ctx context.Context, clientID string) error {
	client, err := r.as(ctx, clientID)
	switch {
	case err != nil:
		return err
	case client != nil:
		_, err = client.Orgs.Current(ctx)
		if errors.Is(err, devops.ErrUnauthorized) {
			return fmt.Errorf("%s: %w", clientID, ErrNewGone)
		}
		return err
	}
	live, err := r.Tokens.List(ctx)
	if err == nil && !lists(live, clientID) {
		return fmt.Errorf("%s: %w", clientID, ErrNewGone)
	}
	return err
}

// as opens the service with the token of a client id, if this run knows it.
func (r *Rotation) as(ctx context.Context, clientID string) (*devops.Client, error) {
	token := r.made.Token
	if r.made.ClientID != clientID {
		token = ""
	}
	if token == "" && r.Held != nil {
		var err error
		if token, err = r.Held.Load(ctx, clientID); err != nil {
			return nil, err
		}
	}
	if token == "" {
		return nil, nil //nolint:nilnil // there is no such token here
	}
	return r.With(ctx, token)
}

// retire revokes the old token, after a last look whether the new one is what is
// used here, and valid.
func (r *Rotation) retire(ctx context.Context, e *Entry) error {
	if r.Held != nil {
		if err := r.Held.Check(ctx, e.Made); err != nil {
			return err
		}
	}
	if err := r.accepted(ctx, e.Made); err != nil {
		return err
	}
	if err := r.revokeAs(ctx, e.Old, e.Made); err != nil {
		return fmt.Errorf("revoke the old token %s: %w", e.Old, err)
	}
	return e.note(Retired)
}

// revokeAs revokes a token with the login, or where that is the one to be revoked,
// with its counterpart.
func (r *Rotation) revokeAs(ctx context.Context, clientID, counterpart string) error {
	if clientID != r.Login {
		return r.revoke(ctx, clientID, false)
	}
	other, err := r.as(ctx, counterpart)
	if err != nil {
		return err
	}
	if other == nil { // it revokes itself, and can look no more
		return r.Tokens.Delete(ctx, clientID)
	}
	m := r.Maker
	m.Tokens = other.Tokens
	return m.revoke(ctx, clientID, false)
}
