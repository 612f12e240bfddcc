package onetime

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// verify verifies that the service accepts the new token.
func (r *Rotation) verify(ctx context.Context, e *Entry) error {
	if err := r.checkAccepted(ctx, e, e.Made); err != nil {
		return err
	}
	return e.reach(Verified)
}

// checkAccepted fails unless the service accepts a token. A token that an earlier
// command issued and that is not stored here has to be listed instead. If the list is
// incomplete and the user named the operation, an earlier acceptance suffices. A token
// that was rejected when it was new may be that of another client: the list has to show
// our mark.
func (r *Rotation) checkAccepted(ctx context.Context, e *Entry, clientID string) error {
	client, err := r.clientFor(ctx, clientID)
	switch {
	case err != nil || failpoint.Disabled("new-accepted"):
		return err
	case client != nil:
		return awaitAcceptance(ctx, client, clientID)
	}
	sight, err := r.witness(e.Record, nil).Look(ctx)
	doubtful := e.Doubtful && !e.Step.Reached(Verified) && !slices.Contains(r.ours(e.Record, sight), clientID)
	switch {
	case err != nil || sight.Lists(clientID) && !doubtful:
		return err
	case sight.Lists(clientID) || sight.Complete():
		return fmt.Errorf("%s: %w", clientID, ErrNewGone)
	case r.ByHand && e.Step.Reached(Verified):
		return nil
	}
	return fmt.Errorf("the new token %s: %w", clientID, &absence.IncompleteListError{Missing: sight.Missing})
}

// awaitAcceptance asks the service with a token until it accepts it: it may not know a
// new token at once.
func awaitAcceptance(ctx context.Context, client *devops.Client, clientID string) error {
	for _, pause := range absence.Pauses() {
		if err := absence.Sleep(ctx, pause); err != nil {
			return err
		}
		_, err := client.Orgs.Current(ctx)
		if err == nil || !errors.Is(err, devops.ErrUnauthorized) {
			return err
		}
	}
	return fmt.Errorf("%s: %w", clientID, ErrNewGone)
}

// clientFor opens the service with the token of a client ID, nil if this process does
// not have it.
func (r *Rotation) clientFor(ctx context.Context, clientID string) (*devops.Client, error) {
	token := r.made.Token
	if r.made.ClientID != clientID {
		token = ""
	}
	if token == "" && r.Storage != nil {
		var err error
		if token, err = r.Storage.Load(ctx, clientID); err != nil {
			return nil, err
		}
	}
	if token == "" {
		return nil, nil //nolint:nilnil // there is no such token here
	}
	return r.With(ctx, token)
}

// retire revokes the old token, after a last check that the new one is in use here and
// valid.
func (r *Rotation) retire(ctx context.Context, e *Entry) error {
	if r.Storage != nil {
		if err := r.Storage.Check(ctx, e.Made); err != nil {
			return err
		}
	}
	if err := r.checkAccepted(ctx, e, e.Made); err != nil {
		return err
	}
	if !e.Retiring {
		e.Retiring = true
		if err := e.reach(e.Step); err != nil {
			return err
		}
	}
	if err := r.revokeAs(ctx, e, e.Old, e.Made); err != nil {
		return fmt.Errorf("revoke the old token %s: %w", e.Old, err)
	}
	if r.Storage != nil && !failpoint.Disabled("old-rejected") { // lists may lack just this token
		if err := r.awaitRejection(ctx, e.Old, r.Storage); err != nil {
			return fmt.Errorf("revoke the old token %s: %w", e.Old, err)
		}
	}
	return e.reach(Retired)
}

// revokeAs revokes a token with the login, or the login itself with its counterpart.
func (r *Rotation) revokeAs(ctx context.Context, e *Entry, clientID, counterpart string) error {
	iss := r.Issuer
	if clientID == r.Caller {
		other, err := r.clientFor(ctx, counterpart)
		if err != nil {
			return err
		}
		if other != nil {
			iss.Tokens, iss.Caller = other.Tokens, counterpart
		}
	}
	var stored []Destination
	if r.Storage != nil && clientID == e.Old { // the service may reject a token because it is new
		stored = []Destination{r.Storage}
	}
	w := iss.witness(e.Record, stored)
	if iss.Caller == clientID { // it revokes itself, and then asks with itself
		w.Rejected = func(ctx context.Context, id string) (bool, error) {
			if id != clientID {
				return false, nil
			}
			_, err := r.Orgs.Current(ctx)
			return devops.NoSuchToken(err), nil
		}
	}
	return iss.revoke(ctx, w, e, clientID, nil)
}
