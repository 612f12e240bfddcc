package onetime

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// Revoke revokes tokens of an operation, deletes their stored secrets, and ends the
// operation. Unless the user named them, the list must show our mark on each.
func (iss Issuer) Revoke(ctx context.Context, e *Entry, clientIDs []string, destinations []Destination) error {
	for _, id := range clientIDs {
		var err error
		switch {
		case iss.foreign(e.Record, id):
			return fmt.Errorf("%s existed before the operation: %w", id, ErrNotOurs)
		case iss.ByHand:
			err = iss.revoke(ctx, iss.witness(e.Record, nil), e, id, nil)
		default:
			err = iss.revokeOurs(ctx, e, id, nil)
		}
		if err == nil {
			err = iss.drop(ctx, id, destinations)
		}
		if err != nil {
			return err
		}
	}
	if e.Made != "" && !slices.Contains(clientIDs, e.Made) { // the token of the response is still to be examined
		e.Doubtful = e.Doubtful || !e.Seen
		return e.reach(e.Step)
	}
	return e.End()
}

// RevokeNamed revokes tokens that the user named and that an operation may have issued.
// The operation stays pending: it may have issued another one.
func (iss Issuer) RevokeNamed(ctx context.Context, e *Entry, clientIDs []string) error {
	for _, id := range clientIDs {
		if iss.foreign(e.Record, id) {
			return fmt.Errorf("%s existed before the operation: %w", id, ErrNotOurs)
		}
		if err := iss.revoke(ctx, iss.witness(e.Record, nil), e, id, nil); err != nil {
			return err
		}
	}
	return nil
}

// Drop deletes the stored secrets of a credential that no longer exists, and ends the
// operation.
func (iss Issuer) Drop(ctx context.Context, e *Entry, clientID string, destinations []Destination) error {
	if clientID != "" {
		if err := iss.drop(ctx, clientID, destinations); err != nil {
			return err
		}
	}
	return e.End()
}

// ErrStillAccepted says that the service accepts a token that was reported as deleted.
var ErrStillAccepted = fmt.Errorf("the service does not clearly reject it: %w", absence.ErrUnproven)

// drop deletes the stored secrets of a credential. It asks the service with them first:
// a secret that it does not clearly reject may be the only copy.
func (iss Issuer) drop(ctx context.Context, clientID string, destinations []Destination) error {
	for _, d := range destinations {
		err := iss.awaitRejection(ctx, clientID, d)
		if err == nil {
			err = d.Drop(ctx, clientID)
		}
		if err != nil {
			return fmt.Errorf("%v: %w", d, err)
		}
	}
	return nil
}

// awaitRejection is AwaitRejection for the secret that a destination holds. A file is not
// deleted, so that its secret need not be rejected.
func (iss Issuer) awaitRejection(ctx context.Context, clientID string, d Destination) error {
	one := []Destination{d}
	held, err := iss.holds(ctx, clientID, one)
	if _, isFile := d.(*File); err != nil || !held || isFile {
		return err
	}
	return AwaitRejection(ctx, clientID, func(ctx context.Context, id string) (bool, error) { return iss.isRejected(ctx, id, one) })
}

// AwaitRejection asks until the service clearly rejects a stored token that was
// revoked, which may take a while. Until then its secret must not be deleted.
func AwaitRejection(ctx context.Context, clientID string, rejected func(ctx context.Context, clientID string) (bool, error)) error {
	for _, pause := range absence.Pauses() {
		if err := absence.Sleep(ctx, pause); err != nil {
			return err
		}
		if done, err := rejected(ctx, clientID); err != nil || done || failpoint.Disabled("asked-before-drop") {
			return err
		}
	}
	return fmt.Errorf("the stored secret of %s was not deleted: %w", clientID, ErrStillAccepted)
}

// Keep ends an operation whose secret is stored. It records the secret in the
// configuration, unless the command that stored it did. missing are the destinations
// without it, which are an error that wraps ErrPartial.
func (iss Issuer) Keep(ctx context.Context, e *Entry, destinations []Destination, missing []string) error {
	if err := adopt(ctx, e.Made, destinations); err != nil {
		return err
	}
	if err := e.End(); err != nil {
		return err
	}
	return errMissing(e.Made, missing)
}

// adopt records stored secrets in the configuration.
func adopt(ctx context.Context, clientID string, destinations []Destination) error {
	for _, d := range destinations {
		saved, ok := d.(*Saved)
		if !ok {
			continue
		}
		holds, err := saved.Holds(ctx, clientID)
		if err == nil && holds {
			err = saved.Record(ctx, clientID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errMissing is the error of a secret that only some destinations have.
func errMissing(clientID string, missing []string) error {
	missing = slices.DeleteFunc(slices.Clone(missing), func(d string) bool { return strings.HasPrefix(d, "the clipboard") })
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s does not contain the secret of %s, because the command that generated it was interrupted: %w", strings.Join(missing, " and "), clientID, ErrPartial)
}
