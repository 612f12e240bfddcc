package onetime

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/devops"
)

// takeBack revokes the credential of an operation, which nobody holds, because of
// cause. That it is nobody's is written down first, for the case that it cannot be
// revoked now.
func (m Maker) takeBack(ctx context.Context, entry *Entry, clientID string, cause error) error {
	if entry.Step != Created || entry.Made != clientID {
		entry.Made = clientID
		cause = errors.Join(cause, entry.note(Created))
	}
	if err := m.revoke(ctx, clientID, entry.abroad()); err != nil {
		return &PendingError{ClientIDs: []string{clientID}, Certain: true, Cause: errors.Join(cause, fmt.Errorf("revoke %s: %w", clientID, err))}
	}
	return fmt.Errorf("%w; the credential %s was revoked again: %w", cause, clientID, ErrNothingKept)
}

// ErrStillListed says that a token was deleted and is listed all the same.
var ErrStillListed = errors.New("it was deleted, and is listed all the same")

// revoke deletes a credential and makes sure that it is gone. Of one that is
// abroad, in another organization, neither a list nor a 404 tells.
func (m Maker) revoke(ctx context.Context, clientID string, abroad bool) error {
	ctx, cancel := m.unbroken(ctx, revokeLimit)
	defer cancel()
	deleted := m.Tokens.Delete(ctx, clientID)
	if abroad || errors.Is(deleted, devops.ErrForbidden) {
		return deleted
	}
	if errors.Is(deleted, devops.ErrNotFound) {
		deleted = nil // if the list says so, too
	}
	var seen error
	for _, pause := range looks() {
		if sleep(ctx, pause) != nil {
			break
		}
		live, err := m.Tokens.List(ctx)
		switch {
		case err != nil:
			seen = err
		case !lists(live, clientID):
			return nil
		case deleted != nil:
			return deleted
		default:
			seen = ErrStillListed // a list may lag behind
		}
	}
	return errors.Join(deleted, seen)
}

// abroad reports whether the credential is for another organization than that of
// the login.
func (r Record) abroad() bool { return r.Order.OrgID != r.OrgID }

func lists(tokens []devops.Token, clientID string) bool {
	return slices.ContainsFunc(tokens, func(t devops.Token) bool { return t.ClientID == clientID })
}
