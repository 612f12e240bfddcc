// Package onetime makes credentials whose secret the service shows only once,
// so that none is lost: every destination is prepared before the request, the
// intent is written to a journal, the request is sent once, the secret is
// delivered and read back, and a credential that no destination took is revoked
// again. What a run that was cut short left behind is in the journal, where the
// next run finds and settles it.
//
// Its API is for this program's own commands and may change at any time.
package onetime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// The ways in which making a credential fails.
var (
	// ErrDestination: a destination cannot take a secret. Nothing was sent.
	ErrDestination = errors.New("nothing was sent")
	// ErrNothingKept: a credential was made and revoked again. Nothing exists,
	// the same command may be run again.
	ErrNothingKept = errors.New("nothing was saved; it is safe to retry")
	// ErrPending: a credential exists, or may exist, whose secret is not delivered.
	ErrPending = errors.New("unfinished")
	// ErrPartial: some destinations took the secret and some did not. The
	// credential was kept.
	ErrPartial = errors.New("stored, but not in every destination")
)

// Limits of the steps that a signal must not cut short: the answer to a request
// that was sent, and revoking. The command's own limit holds for them too, but
// for a grace in which to revoke what was made at the last moment.
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

// An Issuer issues credentials.
type Issuer struct {
	Tokens  *devops.TokenService
	Orgs    *devops.OrgService
	Journal Journal
	OrgID   string // the organization of the login
	Profile string // whose login that is, for the journal; "" = it came from elsewhere
	Rand    io.Reader
	Now     func() time.Time
	Clock   func() time.Time // the service's, by which an overlap ends
	Caller  string           // client id of the login in use
	// With opens the service with another token than the login's.
	With func(ctx context.Context, token secret.Text) (*devops.Client, error)
	// Known are the client ids of tokens that are stored on this machine for the
	// service, which a whole list of the organization holds too.
	Known []string
	// Rejected reports whether the service, asked with the secret of a token that is
	// stored on this machine, says clearly that there is no such token.
	Rejected func(ctx context.Context, clientID string) (bool, error)
	// ByHand says that a person asks for this very operation. That decides what the
	// service cannot be made to prove.
	ByHand bool
}

// uninterrupted returns a context that a signal does not end, only limit or the
// deadline of ctx, whichever is sooner.
func (iss Issuer) uninterrupted(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, max(deadline.Sub(iss.Now()), grace))
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// Issue creates the credential that order describes and delivers it to every
// destination, in the order given. It returns the credential with the names of
// the destinations that hold it.
//
// The errors wrap ErrDestination, ErrJournal, ErrNothingKept, ErrPending or
// ErrPartial; with ErrPartial the credential is returned too. A refusal of the
// service is returned as it is.
func (iss Issuer) Issue(ctx context.Context, order Request, destinations []Destination) (devops.Credential, []string, error) {
	nothing := devops.Credential{}
	if err := prepare(ctx, destinations); err != nil {
		return nothing, nil, err
	}
	defer discard(destinations)
	nonce, err := newNonce(iss.Rand)
	if err != nil {
		return nothing, nil, err
	}
	entry, err := iss.Journal.begin(ctx, nonce, func() (Record, error) {
		return iss.plan(ctx, Record{Kind: Generating, Request: order, Nonce: nonce}, destinations)
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
	if err == nil && entry.Doubtful && !failpoint.Disabled("doubt-kept") { // what was delivered may not be what was made
		err = &PendingError{ClientIDs: []string{made.ClientID}, Cause: errDoubtful}
	}
	return made, taken, iss.endUnlessPending(entry, err)
}

// errDoubtful says why a delivered credential may not be what was made.
var errDoubtful = errors.New("the service neither lists nor accepts the new token yet")

// endUnlessPending ends the operation in the journal unless it is unfinished.
func (iss Issuer) endUnlessPending(entry *Entry, err error) error {
	if errors.Is(err, ErrPending) || entry.file == nil { // it was left open
		return err
	}
	return errors.Join(err, entry.End())
}

// errNoDestination is a bug of this program: a secret would have no destination.
var errNoDestination = fmt.Errorf("no destination for the secret; %w", ErrDestination)

// prepare tries all destinations out. After an error none is left prepared.
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

// plan completes the record of an operation that is about to begin.
func (iss Issuer) plan(ctx context.Context, r Record, destinations []Destination) (Record, error) {
	before, err := iss.Tokens.List(ctx)
	if err != nil {
		return r, err
	}
	if _, err := iss.Review(ctx, before); err != nil {
		return r, err
	}
	r.Before, r.Expires, r.Locations = nil, map[string]time.Time{}, nil
	for _, t := range before {
		r.Before = append(r.Before, t.ClientID)
		if !t.ExpiresAt.IsZero() {
			r.Expires[t.ClientID] = t.ExpiresAt
		}
	}
	for _, d := range destinations {
		d.Note(&r)
	}
	r.Step, r.OrgID, r.Profile, r.Caller, r.Began = Planned, iss.OrgID, iss.Profile, iss.Caller, iss.Now().UTC()
	return r, nil
}

// create sends the one request of a planned operation, and brings it to the step
// Created. A signal does not end the wait for the answer; after it, the
// credential is revoked again.
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
	if err := entry.note(Created); err != nil {
		return nothing, iss.revokeUndelivered(ctx, entry, made.ClientID, err)
	}
	if ctx.Err() != nil {
		return nothing, iss.revokeUndelivered(ctx, entry, made.ClientID, context.Cause(ctx))
	}
	if err := iss.compareWithList(ctx, entry, made); err != nil {
		return nothing, err
	}
	return made, nil
}

// maxPlanAge is the age from which the time of a planned request is noted anew: the
// process was stopped before it sent it.
const maxPlanAge = 10 * time.Second

// refreshBegan notes the time again if much of it passed since the operation was planned.
func (iss Issuer) refreshBegan(entry *Entry) error {
	if age := iss.Now().Sub(entry.Began); 0 <= age && age < maxPlanAge {
		return nil
	}
	entry.Began = iss.Now().UTC()
	return entry.note(Planned)
}

// wasSent reports whether the service may have seen the request of an error.
func wasSent(err error) bool {
	e, ok := errors.AsType[*devops.Error](err)
	return ok && e.Sent
}

func (iss Issuer) post(ctx context.Context, r Record) (devops.Credential, error) {
	ctx, cancel := iss.uninterrupted(ctx, answerLimit)
	defer cancel()
	token := devops.NewToken(r.Request)
	token.Description = mark(token.Description, r.Nonce, r.Old)
	made, err := iss.Tokens.Create(ctx, token)
	made.Description, _ = SplitDescription(made.Description)
	return made, err
}

// deliver hands the credential to the destinations. The first failure ends it:
// what comes later in the order is for showing what is already kept. It returns
// those that hold the secret.
func (iss Issuer) deliver(ctx context.Context, entry *Entry, made devops.Credential, destinations []Destination) ([]string, error) {
	unbroken, cancel := iss.uninterrupted(ctx, answerLimit)
	defer cancel()
	if err := entry.note(Delivering); err != nil {
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
