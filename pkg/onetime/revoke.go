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

// revokeUndelivered revokes the credential of an operation, which was not delivered, because
// of cause. That it was not is written down first, for the case that it cannot be
// revoked now.
func (iss Issuer) revokeUndelivered(ctx context.Context, entry *Entry, clientID string, cause error) error {
	return iss.revokeUndeliveredSeen(ctx, entry, clientID, cause, nil)
}

// revokeUndeliveredSeen is takeBack after a look at the list.
func (iss Issuer) revokeUndeliveredSeen(ctx context.Context, entry *Entry, clientID string, cause error, seen *Sight) error {
	if entry.Step != Created || entry.Made != clientID {
		entry.Made, entry.Seen = clientID, seen != nil
		cause = errors.Join(cause, entry.note(Created))
	}
	if err := iss.revokeOurs(ctx, entry, clientID, seen); err != nil {
		return &PendingError{ClientIDs: []string{clientID}, Certain: true, Cause: errors.Join(cause, fmt.Errorf("revoke %s: %w", clientID, err))}
	}
	return fmt.Errorf("%w; the new token %s was revoked: %w", cause, clientID, ErrNothingKept)
}

// ErrNotOurs says that a token does not carry the mark of the operation that is to
// have made it.
var ErrNotOurs = fmt.Errorf("the token list does not show this operation's mark on it: %w", absence.ErrUnproven)

// errUnseen says that a token is not listed, so that nothing shows whose it is.
var errUnseen = fmt.Errorf("it is not listed: %w", absence.ErrUnproven)

// revokeOurs revokes a token that an operation made and that is stored nowhere. The
// list must show it with our mark: the one just seen, or else one that is asked for.
func (iss Issuer) revokeOurs(ctx context.Context, e *Entry, clientID string, seen *Sight) error {
	ctx, cancel := iss.uninterrupted(ctx, revokeLimit)
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

// noteSeen notes what a list says about the answer, before a token is revoked that the
// list shows with our mark: no later list does.
func (iss Issuer) noteSeen(e *Entry, clientID string, seen Sight) error {
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
	return e.note(e.Step)
}

// seeOurs looks until the list shows a token, which must carry our mark.
func (iss Issuer) seeOurs(ctx context.Context, r Record, clientID string) (*Sight, error) {
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
		case r.otherOrg(): // most logins never list it
			return nil, fmt.Errorf("%w: %w", errOtherOrg(r), absence.ErrUnproven)
		}
	}
	return nil, errUnseen
}

// revoke deletes a token of an operation and makes sure that it is gone. seen is the
// list just before; it is asked for if nil. What is expected of later lists is what
// that one shows. If it does not show the token, its absence later on proves nothing
// by itself: then all is expected that was there when the operation began.
func (iss Issuer) revoke(ctx context.Context, w *Witness, e *Entry, clientID string, seen *Sight) error {
	ctx, cancel := iss.uninterrupted(ctx, revokeLimit)
	defer cancel()
	if seen == nil {
		sight, err := w.Look(ctx, clientID)
		if err != nil {
			return err
		}
		seen = &sight
	}
	if seen.Lists(clientID) || e.Accepted == clientID {
		w.known = nil
	}
	w.Expect(seen.Tokens)
	deletedBefore := e.Accepted == clientID
	before := deletedBefore || e.Retiring && e.Old == clientID
	deleted := w.Tokens.Delete(ctx, clientID)
	if deleted == nil && e.Accepted != clientID {
		e.Accepted = clientID
		if err := e.note(e.Step); err != nil {
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
		return nil // where no list is whole: an earlier DELETE was accepted, this one finds nothing, and a person asks for it
	case deletedBefore && errors.Is(gone, absence.ErrStillListed):
		return gone // the service accepted that once, and its list is late
	case errors.Is(gone, absence.ErrStillListed):
		return deleted
	}
	return errors.Join(deleted, gone)
}

// rejected asks the service with every stored secret of a client id. It reports
// true if there is one, and the service says of each that there is no such token.
func (iss Issuer) rejected(ctx context.Context, clientID string, destinations []Destination) (bool, error) {
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

// otherOrg reports whether the credential is for another organization than that of
// the login.
func (r Record) otherOrg() bool { return r.Request.OrgID != r.OrgID }
