// Package onetime issues credentials whose secret the service shows only once, and
// loses none: it prepares every destination before the request, records the intent in
// a journal, sends the request once, delivers the secret and reads it back, and
// revokes a credential that no destination took. After an interruption the next
// command finds the operation in the journal and ends it.
//
// Its API is for this program's own commands and may change at any time.
package onetime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// The errors of issuing a credential.
var (
	// ErrDestination says that a destination cannot take a secret. Nothing was sent.
	ErrDestination = errors.New("nothing was sent")
	// ErrNothingKept says that a credential was issued and revoked again. Nothing
	// exists, and it is safe to retry.
	ErrNothingKept = errors.New("nothing was saved; it is safe to retry")
	// ErrPending says that a credential exists, or may exist, whose secret was not
	// delivered.
	ErrPending = errors.New("unfinished")
	// ErrPartial says that only some destinations took the secret. The credential was
	// kept.
	ErrPartial = errors.New("stored, but not in every destination")
)

// Limits of the steps that a signal must not interrupt: waiting for a response, and
// revoking. The time limit of the command applies too, except for a grace in which to
// revoke a credential that was issued at the last moment.
const (
	answerLimit = 30 * time.Second
	revokeLimit = 20 * time.Second
	grace       = 800 * time.Millisecond
)

// A Request describes a credential to be issued.
type Request struct {
	Roles       []string  `json:"roles"` // ids
	OrgID       string    `json:"orgId"`
	Description string    `json:"description,omitempty"`
	ExpiresAt   time.Time `json:"expiresAt,omitzero"` // zero = never
}

// NewToken returns the request for the service as a login of an organization sends
// it.
func (r Request) NewToken(ownOrg string) devops.NewToken {
	t := devops.NewToken(r)
	if t.OrgID == ownOrg {
		t.OrgID = ""
	}
	return t
}

// An Issuer issues credentials.
type Issuer struct {
	Tokens      *devops.TokenService
	Orgs        *devops.OrgService
	Journal     Journal
	OrgID       string // the organization of the login
	Profile     string // profile of the login, for the journal; "" = no profile
	Rand        io.Reader
	Now         func() time.Time
	ServiceTime func() time.Time // time of the service, by which an overlap ends
	Caller      string           // client ID of the login in use
	// Before reads the list of tokens before a request. It may have been requested
	// earlier in the same command, but not before a prompt. Tokens.List if nil.
	Before func(ctx context.Context) ([]devops.Token, error)
	// With opens the service with another token than that of the login.
	With func(ctx context.Context, token secret.Text) (*devops.Client, error)
	// Known are the client IDs of the tokens that are stored on this machine for the
	// service. A complete list of the organization has them too.
	Known []string
	// Rejected reports whether the service clearly rejects a token that is stored on
	// this machine.
	Rejected func(ctx context.Context, clientID string) (bool, error)
	// RoleNames are the names of the requested roles by ID, as far as they are known.
	RoleNames map[string]string
	// Unlisted is called before the request if the login may not list tokens. It may
	// be nil.
	Unlisted func()
	// ByHand says that the user named this operation. It decides where the service
	// proves nothing.
	ByHand bool
}

// contextWithGrace returns a context that a signal does not end, only limit or the
// deadline of ctx, whichever is sooner.
func (iss Issuer) contextWithGrace(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, max(deadline.Sub(iss.Now()), grace))
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// Issue creates the credential that a request describes and delivers it to every
// destination, in the given order. It returns the credential with the names of the
// destinations that hold its secret.
//
// The errors wrap ErrDestination, ErrJournal, ErrNothingKept, ErrPending or
// ErrPartial; with ErrPartial the credential is returned too. A refusal of the
// service is returned as it is.
func (iss Issuer) Issue(ctx context.Context, request Request, destinations []Destination) (devops.Credential, []string, error) {
	nothing := devops.Credential{}
	if err := prepare(ctx, destinations); err != nil {
		return nothing, nil, err
	}
	defer discard(destinations)
	mark, err := newMark(iss.Rand)
	if err != nil {
		return nothing, nil, err
	}
	entry, err := iss.Journal.begin(ctx, mark, func() (Record, error) {
		return iss.plan(ctx, Record{Kind: Generating, Request: request, Mark: mark}, destinations)
	})
	if err != nil {
		return nothing, nil, err
	}
	defer entry.Leave()
	made, err := iss.create(ctx, entry)
	if err != nil {
		return nothing, nil, iss.endUnlessPending(entry, err)
	}
	taken, err := iss.deliver(ctx, entry, made, destinations)
	if len(taken) == 0 {
		made = nothing
	}
	if err == nil && entry.Doubtful && !failpoint.Disabled("doubt-kept") { // the delivered token may not be the one that was issued
		err = &PendingError{ClientIDs: []string{made.ClientID}, Cause: errDoubtful}
	}
	return made, taken, iss.endUnlessPending(entry, err)
}

// errDoubtful says why the delivered credential may not be the one that was issued.
var errDoubtful = errors.New("the service neither lists nor accepts the new token yet")

// endUnlessPending ends the operation in the journal unless err says that it is
// pending.
func (iss Issuer) endUnlessPending(entry *Entry, err error) error {
	if errors.Is(err, ErrPending) || entry.file == nil { // it is still pending
		return err
	}
	return errors.Join(err, entry.End())
}

// errNoDestination reports a bug of this program: a secret without a destination.
var errNoDestination = fmt.Errorf("no destination for the secret; %w", ErrDestination)

// prepare prepares all destinations. After an error none is prepared.
func prepare(ctx context.Context, destinations []Destination) error {
	if len(destinations) == 0 {
		return errNoDestination
	}
	for i, d := range destinations {
		if err := d.Prepare(ctx); err != nil {
			discard(destinations[:i])
			if errors.Is(err, ErrDestination) {
				return err
			}
			return fmt.Errorf("%v: %w; %w", d, err, ErrDestination)
		}
	}
	return nil
}

func discard(destinations []Destination) {
	for _, d := range destinations {
		d.Discard()
	}
}

// plan completes the record of an operation that is about to begin. An incomplete list
// does not take away what an earlier attempt saw: a token that no list showed would
// count as deleted.
func (iss Issuer) plan(ctx context.Context, r Record, destinations []Destination) (Record, error) {
	r.OrgID, r.Unlisted, r.PlannedOn = iss.OrgID, false, time.Time{}
	before, err := iss.list(ctx, r)
	switch {
	case errors.Is(err, devops.ErrForbidden) && r.Kind == Generating:
		if iss.Unlisted != nil {
			iss.Unlisted()
		}
		r.Unlisted, r.PlannedOn = true, iss.ServiceTime().UTC()
		if err := iss.endRefused(ctx); err != nil {
			return r, err
		}
		if !r.forOtherOrg() { // the only older tokens that are known
			for _, id := range iss.Known {
				before = append(before, devops.Token{ClientID: id})
			}
		}
	case err != nil:
		return r, err
	default:
		if _, err := iss.Review(ctx, before); err != nil {
			return r, err
		}
	}
	known := make(map[string]time.Time, len(before)+len(r.Before))
	for _, id := range r.Before {
		known[id] = r.Expires[id]
	}
	for _, t := range before {
		known[t.ClientID] = t.ExpiresAt
	}
	r.Before, r.Expires, r.Locations = slices.Sorted(maps.Keys(known)), known, nil
	maps.DeleteFunc(r.Expires, func(_ string, expires time.Time) bool { return expires.IsZero() })
	for _, d := range destinations {
		d.Note(&r)
	}
	r.Step, r.Profile, r.Caller, r.Began = Planned, iss.Profile, iss.Caller, iss.Now().UTC()
	return r, nil
}

// list returns the tokens among which a token of an operation is.
func (iss Issuer) list(ctx context.Context, r Record) ([]devops.Token, error) {
	switch {
	case r.forOtherOrg():
		return iss.Tokens.ListEnterprise(ctx)
	case iss.Before != nil:
		return iss.Before(ctx)
	}
	return iss.Tokens.List(ctx)
}

// create sends the request of a planned operation, once, and brings it to the step
// Created. A signal does not end the wait for the response, but the credential is
// revoked after it.
func (iss Issuer) create(ctx context.Context, entry *Entry) (devops.Credential, error) {
	nothing := devops.Credential{}
	if err := iss.refreshBegan(entry); err != nil {
		return nothing, err
	}
	made, err := iss.post(ctx, entry.Record)
	switch {
	case errors.Is(err, devops.ErrOutcomeUnknown) && !failpoint.Disabled("lost-answer"):
		return nothing, iss.reconcile(ctx, entry, err)
	case err != nil && wasSent(err) && !failpoint.Disabled("refusal-doubt"):
		return nothing, iss.checkRefusal(ctx, entry, err)
	case err != nil:
		return nothing, err
	case slices.Contains(entry.Before, made.ClientID) || made.ClientID == iss.Caller:
		return nothing, iss.reconcile(ctx, entry, fmt.Errorf("the response names another token, %s", made.ClientID))
	}
	entry.Made, entry.MadeOn = made.ClientID, made.GeneratedOn
	if made.OrgID != "" && !strings.EqualFold(made.OrgID, entry.Request.OrgID) {
		entry.MadeIn = made.OrgID
	}
	if err := entry.reach(Created); err != nil {
		return nothing, iss.revokeUndelivered(ctx, entry, made.ClientID, err)
	}
	if ctx.Err() != nil {
		return nothing, iss.revokeUndelivered(ctx, entry, made.ClientID, context.Cause(ctx))
	}
	if err := iss.compareWithList(ctx, entry, made); err != nil { // first: what the response says may be about another token
		return nothing, err
	}
	if err := iss.compareWithRequest(ctx, entry, made); err != nil {
		return nothing, err
	}
	return made, nil
}

// maxPlanAge is the age at which the time of a planned request is recorded again: the
// process was suspended before it sent the request.
const maxPlanAge = 10 * time.Second

// refreshBegan records the time again if the operation was planned long ago.
func (iss Issuer) refreshBegan(entry *Entry) error {
	if age := iss.Now().Sub(entry.Began); 0 <= age && age < maxPlanAge {
		return nil
	}
	entry.Began = iss.Now().UTC()
	return entry.reach(Planned)
}

// wasSent reports whether the service may have received the request of an error.
func wasSent(err error) bool {
	e, ok := errors.AsType[*devops.Error](err)
	return ok && e.Sent
}

func (iss Issuer) post(ctx context.Context, r Record) (devops.Credential, error) {
	ctx, cancel := iss.contextWithGrace(ctx, answerLimit)
	defer cancel()
	token := r.Request.NewToken(r.OrgID)
	token.Description = addMark(token.Description, r.Mark, r.Old)
	made, err := iss.Tokens.Create(ctx, token)
	made.Description, _ = SplitDescription(made.Description)
	return made, err
}

// deliver delivers the credential to the destinations and returns those that hold its
// secret. The first failure ends it: later destinations only show a secret that is
// stored already.
func (iss Issuer) deliver(ctx context.Context, entry *Entry, made devops.Credential, destinations []Destination) ([]string, error) {
	unbroken, cancel := iss.contextWithGrace(ctx, answerLimit)
	defer cancel()
	if err := entry.reach(Delivering); err != nil {
		return nil, iss.revokeUndelivered(ctx, entry, made.ClientID, err)
	}
	var taken []string
	for _, d := range destinations {
		err := d.Deliver(unbroken, made)
		if err == nil {
			taken = append(taken, d.String())
			continue
		}
		if len(taken) == 0 {
			return nil, iss.revokeUndelivered(ctx, entry, made.ClientID, fmt.Errorf("save to %v: %w", d, err))
		}
		return taken, fmt.Errorf("the secret of %s is in %s but was not written to %v: %w: %w",
			made.ClientID, strings.Join(taken, " and "), d, err, ErrPartial)
	}
	return taken, nil
}
