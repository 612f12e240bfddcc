package onetime

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// witness returns the witness for the tokens of an operation. destinations may have its
// secrets, so that the service can be asked with them.
func (iss Issuer) witness(r Record, destinations []Destination) *Witness {
	w := &Witness{Tokens: iss.Tokens, Enterprise: r.forOtherOrg(), Anywhere: r.MadeIn != "", Journal: iss.Journal, Caller: iss.Caller, Now: iss.ServiceTime}
	before := make([]devops.Token, 0, len(r.Before))
	for _, id := range r.Before {
		before = append(before, devops.Token{ClientID: id, ExpiresAt: r.Expires[id]})
	}
	if !r.forOtherOrg() {
		for _, id := range iss.Known {
			before = append(before, devops.Token{ClientID: id})
		}
	}
	w.Expect(before)
	w.Rejected = func(ctx context.Context, clientID string) (bool, error) {
		return iss.isRejected(ctx, clientID, destinations)
	}
	w.RejectedMissing = func(ctx context.Context, clientID string) (bool, error) {
		if dead, err := iss.isRejected(ctx, clientID, destinations); err != nil || dead || iss.Rejected == nil {
			return dead, err
		}
		return iss.Rejected(ctx, clientID)
	}
	return w
}

// foreign reports whether an operation cannot have issued a token: it is that of the
// caller, or existed before.
func (iss Issuer) foreign(r Record, clientID string) bool {
	return (clientID == iss.Caller || clientID == r.Caller) && !failpoint.Disabled("caller-untouched") ||
		slices.Contains(r.Before, clientID) && !failpoint.Disabled("older-untouched")
}

// maxClockSkew is how much the clocks of this machine and of the service may differ.
const maxClockSkew = 5 * time.Minute

// predates reports whether a listed token is older than an operation whose login could
// not list the older ones, or may be. A token with the operation's mark is not.
func (r Record) predates(t devops.Token) bool {
	return r.Unlisted && !hasMark(t.Description, r.Mark) && t.GeneratedOn.Before(r.PlannedOn.Add(-maxClockSkew)) &&
		!failpoint.Disabled("older-untouched")
}

// ours returns the listed tokens with the mark of an operation.
func (iss Issuer) ours(r Record, s TokenList) []string {
	var ids []string
	for _, t := range s.Tokens {
		if (hasMark(t.Description, r.Mark) || failpoint.Disabled("own-mark")) && !iss.foreign(r, t.ClientID) {
			ids = append(ids, t.ClientID)
		}
	}
	return ids
}

// fresh returns the listed tokens that an operation may have issued: all that did not
// exist before, except those with the mark of another operation and those that are
// stored here.
func (iss Issuer) fresh(r Record, s TokenList) []string {
	before := make(map[string]bool, len(r.Before)) // there may be many
	for _, id := range slices.Concat(r.Before, iss.Known) {
		before[id] = true
	}
	var ids []string
	for _, t := range s.Tokens {
		_, mark := SplitDescription(t.Description)
		unmarked := mark == "" && !failpoint.Disabled("unmarked-named")
		unmarked = unmarked && r.MadeIn == "" // else there are two lists, and Before has the tokens of one
		if !before[t.ClientID] && !r.predates(t) && t.ClientID != iss.Caller && t.ClientID != r.Caller && (unmarked || mark == r.Mark) {
			ids = append(ids, t.ClientID)
		}
	}
	isOlder := slices.ContainsFunc(s.Tokens, func(t devops.Token) bool { return t.ClientID == r.Named && r.predates(t) })
	if named := r.Named; named != "" && !isOlder && !iss.foreign(r, named) && !slices.Contains(ids, named) {
		ids = append(ids, named)
	}
	return ids
}

// reconcile finds out the outcome of a request whose response was lost. It revokes the
// tokens with our mark, since their secrets are lost. It names other new tokens and
// never revokes them.
func (iss Issuer) reconcile(ctx context.Context, entry *Entry, lost error) error {
	ctx, cancel := iss.contextWithGrace(ctx, answerLimit)
	defer cancel()
	if partial, ok := errors.AsType[*devops.PartialCredential](lost); ok && !iss.foreign(entry.Record, partial.ClientID) {
		entry.Named = partial.ClientID
	}
	if !failpoint.Disabled("grace-from-end") {
		entry.Began = iss.Now().UTC() // the request ended now
	}
	if err := entry.reach(Planned); err != nil {
		lost = errors.Join(lost, err)
	}
	w := iss.witness(entry.Record, nil)
	pending := &PendingError{Cause: lost}
	for _, pause := range absence.Pauses() {
		if err := absence.Sleep(ctx, pause); err != nil {
			break
		}
		sight, err := w.Look(ctx)
		if err != nil {
			return &PendingError{ClientIDs: pending.ClientIDs, Blind: true, Cause: errors.Join(lost, err)}
		}
		if ours := iss.ours(entry.Record, sight); len(ours) > 0 {
			return iss.revokeMarked(ctx, entry, sight, lost)
		}
		pending.ClientIDs = iss.fresh(entry.Record, sight)
	}
	return pending
}

// revokeMarked revokes every token with the mark of an operation: the request may have
// taken effect twice.
func (iss Issuer) revokeMarked(ctx context.Context, entry *Entry, seen TokenList, cause error) error {
	var failure error
	for _, id := range iss.ours(entry.Record, seen) {
		if err := iss.revokeUndeliveredSeen(ctx, entry, id, cause, &seen); !errors.Is(err, ErrNothingKept) {
			return err
		} else if failure == nil {
			failure = err
		}
	}
	return failure
}

// checkRefusal checks a refusal against the list: it may come from a gateway, or after
// the request took effect. If the list shows a new token, the request is reconciled as
// if its response was lost. Otherwise the refusal is returned, and the operation stays
// in the journal until a later list shows no new token either: lists may be late.
func (iss Issuer) checkRefusal(ctx context.Context, entry *Entry, refusal error) error {
	looking, cancel := iss.contextWithGrace(ctx, revokeLimit)
	defer cancel()
	sight, err := iss.witness(entry.Record, nil).Look(looking)
	if err == nil {
		if ours := iss.ours(entry.Record, sight); len(ours) > 0 {
			return iss.revokeMarked(ctx, entry, sight, refusal)
		}
	}
	fresh := iss.fresh(entry.Record, sight)
	agrees := err == nil && sight.Complete() && len(fresh) == 0
	if errors.Is(err, devops.ErrForbidden) && entry.Kind == Generating && isKnownRefusal(refusal) {
		agrees = true // no list can contradict it here, but that of another login may
	}
	entry.Began, entry.Refused = iss.Now().UTC(), isKnownRefusal(refusal) && agrees
	if noted := entry.reach(Planned); noted != nil {
		return errors.Join(refusal, noted)
	}
	if !agrees {
		return &PendingError{ClientIDs: fresh, Blind: err != nil, Cause: errors.Join(refusal, err)}
	}
	if entry.Kind == Rotating { // the rotation ends, the attempt stays in the journal
		if err := iss.splitOff(ctx, entry.Record); err != nil {
			return errors.Join(refusal, err)
		}
		entry.Refused = false
		return refusal
	}
	entry.Leave()
	return refusal
}

// isKnownRefusal reports whether the service is known to refuse the creation of a token
// like this. Commands do not warn about it.
func isKnownRefusal(refusal error) bool {
	e, ok := errors.AsType[*devops.Error](refusal)
	return ok && slices.Contains([]int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
	}, e.Status)
}

// compareWithList compares the response with the list: our mark on other tokens shows
// that the response named another token, or that the request took effect twice. If the
// list does not show our mark on the new token, the service is asked with it: few lists
// show the tokens of another organization.
func (iss Issuer) compareWithList(ctx context.Context, entry *Entry, made devops.Credential) error {
	sight, err := iss.witness(entry.Record, nil).Look(ctx)
	if failpoint.Disabled("answer-compared") {
		return nil
	}
	if err != nil {
		if ctx.Err() != nil {
			return iss.revokeUndelivered(ctx, entry, entry.Made, context.Cause(ctx))
		}
		iss.noteDoubt(ctx, entry, made) // no list confirms the response
		return nil
	}
	ours := iss.ours(entry.Record, sight)
	others := slices.DeleteFunc(slices.Clone(ours), func(id string) bool { return id == made.ClientID })
	switch {
	case len(ours) == 0:
		iss.noteDoubt(ctx, entry, made)
		return nil
	case len(others) == 0:
		entry.Seen = true // recorded with the next step
		return nil
	case len(others) < len(ours): // the response was right, and there is a duplicate
		entry.Seen = true
		for _, id := range others {
			if err := iss.revokeOurs(ctx, entry, id, &sight); err != nil {
				cause := fmt.Errorf("the request took effect twice: %w", err)
				return errors.Join(iss.revokeUndelivered(ctx, entry, made.ClientID, cause), &PendingError{ClientIDs: others, Certain: true, Cause: cause})
			}
		}
		return nil
	}
	entry.Made, entry.Named = "", made.ClientID
	return iss.reconcile(ctx, entry, fmt.Errorf("the response names %s, but the list shows %s as new", made.ClientID, strings.Join(others, ", ")))
}

// noteDoubt asks the service with a new token that no list confirms, unless the response
// names another organization: that token is not delivered in any case.
func (iss Issuer) noteDoubt(ctx context.Context, entry *Entry, made devops.Credential) {
	entry.Doubtful = entry.MadeIn == "" && !iss.accepts(ctx, made.Token, entry.Request.OrgID)
}

// compareWithRequest revokes a credential that the response attributes to another
// organization, or to other roles, than requested: it is not what the user wants, and
// may permit more. For another organization than that of the login the response has to
// name it, or the service does when asked with the new token.
func (iss Issuer) compareWithRequest(ctx context.Context, entry *Entry, made devops.Credential) error {
	want := entry.Request
	switch {
	case entry.MadeIn != "":
		return iss.revokeUndelivered(ctx, entry, made.ClientID, fmt.Errorf("the service generated a token of organization %s instead of %s", entry.MadeIn, want.OrgID))
	case !sameRoles(made.Roles, want.Roles, iss.RoleNames):
		return iss.revokeUndelivered(ctx, entry, made.ClientID, fmt.Errorf("the service generated a token with the roles %s instead of %s",
			strings.Join(made.Roles, ", "), strings.Join(want.Roles, ", ")))
	case made.OrgID == "" && entry.forOtherOrg() && (entry.Seen || entry.Doubtful): // else it is known
		return iss.confirmOrg(ctx, entry, made)
	}
	return nil
}

// confirmOrg asks the service with a new token for its organization, which the response
// does not name. A token that is not accepted yet is doubtful.
func (iss Issuer) confirmOrg(ctx context.Context, entry *Entry, made devops.Credential) error {
	want := entry.Request.OrgID
	for _, pause := range absence.Pauses() {
		if absence.Sleep(ctx, pause) != nil {
			return iss.revokeUndelivered(ctx, entry, made.ClientID, context.Cause(ctx))
		}
		org, err := iss.orgOf(ctx, made.Token)
		switch {
		case err != nil:
			continue
		case strings.EqualFold(org, want):
			entry.Doubtful = false
			return nil
		}
		entry.MadeIn = org
		cause := fmt.Errorf("the service generated a token of organization %s instead of %s", org, want)
		return iss.revokeUndelivered(ctx, entry, made.ClientID, errors.Join(cause, entry.reach(Created)))
	}
	entry.Doubtful = true
	return nil
}

// orgOf returns the organization of a token, as the service tells its bearer.
func (iss Issuer) orgOf(ctx context.Context, token secret.Text) (string, error) {
	client, err := iss.With(ctx, token)
	if err != nil {
		return "", err
	}
	return client.Orgs.Current(ctx)
}

// sameRoles reports whether a response has the requested roles. A service may omit
// them or have names instead; names has those of the requested IDs. A name proves nothing
// where one of those is unknown.
func sameRoles(got, want []string, names map[string]string) bool {
	requested, named := map[string]bool{}, map[string]string{}
	for _, id := range want {
		requested[strings.ToLower(id)] = true
		if name := names[id]; name != "" {
			named[strings.ToLower(name)] = strings.ToLower(id)
		}
	}
	found, unknown := map[string]bool{}, len(got) == 0
	for _, role := range got {
		id := strings.ToLower(role)
		if !requested[id] && !devops.LooksLikeID(id) {
			if named[id] == "" && len(named) < len(requested) {
				unknown = true
				continue
			}
			id = named[id]
		}
		if !requested[id] {
			return false
		}
		found[id] = true
	}
	return unknown || len(found) == len(requested)
}

// accepts reports whether the service accepts a token of an organization.
func (iss Issuer) accepts(ctx context.Context, token secret.Text, orgID string) bool {
	org, err := iss.orgOf(ctx, token)
	return err == nil && strings.EqualFold(org, orgID)
}
