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

// revokeUndelivered revokes the credential of an operation that was not delivered
// because of cause. It records that first, in case the credential cannot be revoked
// now.
func (iss Issuer) revokeUndelivered(ctx context.Context, entry *Entry, clientID string, cause error) error {
	return iss.revokeUndeliveredSeen(ctx, entry, clientID, cause, nil)
}

// revokeUndeliveredSeen is revokeUndelivered after a look at the list.
func (iss Issuer) revokeUndeliveredSeen(ctx context.Context, entry *Entry, clientID string, cause error, seen *TokenList) error {
	if entry.Step != Created || entry.Made != clientID {
		entry.Made, entry.Seen = clientID, seen != nil
		cause = errors.Join(cause, entry.reach(Created))
	}
	if err := iss.revokeOurs(ctx, entry, clientID, seen); err != nil {
		return &PendingError{ClientIDs: []string{clientID}, Certain: !errors.Is(err, ErrNotOurs), Cause: errors.Join(cause, fmt.Errorf("revoke %s: %w", clientID, err))}
	}
	return fmt.Errorf("%w; the new token %s was revoked: %w", cause, clientID, ErrNothingKept)
}

// ErrNotOurs says that a token does not have the mark of the operation.
var ErrNotOurs = fmt.Errorf("the token list does not show this operation's mark on it: %w", absence.ErrUnproven)

// errUnseen says that a token is not listed, so that its origin is unknown.
var errUnseen = fmt.Errorf("it is not listed: %w", absence.ErrUnproven)

// revokeOurs revokes a token that an operation issued and that is not stored. A list
// must show it with our mark: the one just seen, or else a new one.
func (iss Issuer) revokeOurs(ctx context.Context, e *Entry, clientID string, seen *TokenList) error {
	ctx, cancel := iss.contextWithGrace(ctx, revokeLimit)
	defer cancel()
	switch {
	case iss.foreign(e.Record, clientID):
		return ErrNotOurs
	case failpoint.Disabled("orphan-revocation"):
		return nil
	}
	if seen == nil || !slices.Contains(iss.ours(e.Record, *seen), clientID) {
		var err error
		if seen, err = iss.seeOurs(ctx, e.Record, clientID); err != nil {
			return err
		}
	}
	if err := iss.noteSeen(e, clientID, *seen); err != nil {
		return err
	}
	return iss.revoke(ctx, iss.witness(e.Record, nil), e, clientID, seen)
}

// noteSeen records whether a list confirms the response, before a token with our mark
// is revoked: no later list shows it.
func (iss Issuer) noteSeen(e *Entry, clientID string, seen TokenList) error {
	before := e.Record
	switch {
	case e.Made == "":
	case slices.Contains(iss.ours(e.Record, seen), e.Made):
		e.Seen = true
	default:
		e.Other = clientID
	}
	if e.Seen == before.Seen && e.Other == before.Other {
		return nil
	}
	return e.reach(e.Step)
}

// seeOurs reads the list until it shows a token, which must have our mark.
func (iss Issuer) seeOurs(ctx context.Context, r Record, clientID string) (*TokenList, error) {
	w := iss.witness(r, nil)
	for _, pause := range absence.Pauses() {
		if absence.Sleep(ctx, pause) != nil {
			break
		}
		sight, err := w.Look(ctx, clientID)
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(iss.ours(r, sight), clientID):
			return &sight, nil
		case sight.Lists(clientID):
			return nil, ErrNotOurs
		case r.MadeIn == "" && r.forOtherOrg(): // most logins cannot list it
			return nil, fmt.Errorf("%w: %w", errOtherOrg(r), absence.ErrUnproven)
		}
	}
	if r.maybeElsewhere() {
		return nil, fmt.Errorf("%w: %w", errOtherOrg(r), absence.ErrUnproven)
	}
	return nil, errUnseen
}

// revoke revokes a token of an operation and verifies that. seen is the list read just
// before; if it is nil, revoke reads one. To be complete, a later list must have the
// tokens of seen and, if seen does not show the token, also those from before the
// operation.
func (iss Issuer) revoke(ctx context.Context, w *Witness, e *Entry, clientID string, seen *TokenList) error {
	ctx, cancel := iss.contextWithGrace(ctx, revokeLimit)
	defer cancel()
	if seen == nil {
		sight, err := w.Look(ctx, clientID)
		if err != nil {
			return err
		}
		seen = &sight
	}
	if slices.ContainsFunc(seen.Tokens, func(t devops.Token) bool { return t.ClientID == clientID && e.predates(t) }) {
		return fmt.Errorf("%s existed before the operation: %w", clientID, ErrNotOurs)
	}
	if seen.Lists(clientID) || e.Accepted == clientID {
		w.known = nil
	}
	w.Expect(seen.Tokens)
	wasDeleted := e.Accepted == clientID
	before := wasDeleted || e.Retiring && e.Old == clientID
	deleted := w.Tokens.Delete(ctx, clientID)
	if deleted == nil && e.Accepted != clientID {
		e.Accepted = clientID
		if err := e.reach(e.Step); err != nil {
			return err
		}
	}
	gone := w.Gone(ctx, map[string]bool{clientID: deleted == nil})[clientID]
	switch {
	case gone == nil:
		return nil
	case deleted == nil:
		return gone
	case iss.ByHand && before && errors.Is(deleted, devops.ErrNotFound) && errors.Is(gone, absence.ErrUnproven):
		return nil // no list is complete, but an earlier DELETE was accepted, this one finds nothing, and the user named the operation
	case wasDeleted && errors.Is(gone, absence.ErrStillListed):
		return gone // the service accepted a DELETE, and its list is late
	case errors.Is(gone, absence.ErrStillListed):
		return deleted
	}
	return errors.Join(deleted, gone)
}

// isRejected asks the service with every stored secret of a client ID. It reports true if
// there is one, and the service clearly rejects each.
func (iss Issuer) isRejected(ctx context.Context, clientID string, destinations []Destination) (bool, error) {
	asked := false
	for _, d := range destinations {
		held, err := d.Holds(ctx, clientID)
		if err != nil {
			return false, fmt.Errorf("%v: %w", d, err)
		}
		keeper, keeps := d.(Loader)
		switch {
		case !held:
			continue
		case !keeps:
			return false, nil
		}
		text, err := keeper.Load(ctx, clientID)
		switch {
		case err != nil:
			return false, fmt.Errorf("%v: %w", d, err)
		case text == "":
			return false, nil
		}
		client, err := iss.With(ctx, text)
		if err != nil {
			return false, err
		}
		_, err = client.Orgs.Current(ctx)
		if !devops.NoSuchToken(err) {
			return false, nil
		}
		asked = true
	}
	return asked, nil
}

// forOtherOrg reports whether the request is for another organization than that of the
// login, so that only the list of the enterprise has its tokens.
func (r Record) forOtherOrg() bool { return r.Request.OrgID != r.OrgID }

// maybeElsewhere reports whether the token may belong to another organization than that
// of the login, so that its absence from a list proves nothing. A response may be wrong
// about it, so it never decides where to look.
func (r Record) maybeElsewhere() bool { return r.MadeIn != "" || r.forOtherOrg() }
