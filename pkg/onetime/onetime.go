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
)

// The ways in which making a credential fails.
var (
	// ErrDestination: a destination cannot take a secret. Nothing was sent.
	ErrDestination = errors.New("nothing was sent")
	// ErrNothingKept: a credential was made and revoked again. Nothing exists,
	// the same command may be run again.
	ErrNothingKept = errors.New("nothing was kept; it is safe to run this again")
	// ErrPending: a credential exists, or may exist, that nobody holds.
	ErrPending = errors.New("not settled")
	// ErrPartial: some destinations took the secret and some did not. The
	// credential was kept.
	ErrPartial = errors.New("kept, but not everywhere")
)

// Limits of the steps that a signal must not cut short: the answer to a request
// that was sent, and revoking. The command's own limit holds for them too, but
// for a grace in which to revoke what was made at the last moment.
const (
	answerLimit = 30 * time.Second
	revokeLimit = 20 * time.Second
	grace       = 800 * time.Millisecond
)

// An Order says what credential to make.
type Order struct {
	Roles       []string  `json:"roles"` // ids
	OrgID       string    `json:"orgId"`
	Description string    `json:"description,omitempty"`
	ExpiresAt   time.Time `json:"expiresAt,omitzero"` // zero = never
}

// A Maker makes credentials.
type Maker struct {
	Tokens  *devops.TokenService
	Journal Journal
	OrgID   string // the organization of the login
	Profile string // whose login that is, for the journal; "" = it came from elsewhere
	Rand    io.Reader
	Now     func() time.Time
	Clock   func() time.Time // the service's, by which an overlap ends
}

// unbroken returns a context that a signal does not end, only limit or the
// deadline of ctx, whichever is sooner.
func (m Maker) unbroken(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, max(deadline.Sub(m.Now()), grace))
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// Make creates the credential that order describes and delivers it to every
// destination, in the order given. It returns the credential with the names of
// the destinations that hold it.
//
// The errors wrap ErrDestination, ErrJournal, ErrNothingKept, ErrPending or
// ErrPartial; with ErrPartial the credential is returned too. A refusal of the
// service is returned as it is.
func (m Maker) Make(ctx context.Context, order Order, destinations []Destination) (devops.Credential, []string, error) {
	nothing := devops.Credential{}
	if err := prepare(ctx, destinations); err != nil {
		return nothing, nil, err
	}
	defer discard(destinations)
	nonce, err := newNonce(m.Rand)
	if err != nil {
		return nothing, nil, err
	}
	entry, err := m.Journal.begin(ctx, nonce, func() (Record, error) {
		return m.plan(ctx, Record{Kind: Generating, Order: order, Nonce: nonce}, destinations)
	})
	if err != nil {
		return nothing, nil, err
	}
	defer entry.Leave()
	made, err := m.create(ctx, entry)
	if err != nil {
		return nothing, nil, m.close(entry, err)
	}
	taken, err := m.deliver(ctx, entry, made, destinations)
	if len(taken) == 0 {
		made = nothing
	}
	return made, taken, m.close(entry, err)
}

// close ends the operation in the journal unless err says that it is not settled.
func (m Maker) close(entry *Entry, err error) error {
	if errors.Is(err, ErrPending) {
		return err
	}
	return errors.Join(err, entry.End())
}

// errNowhere is a slip of this program: a secret would be made for nobody.
var errNowhere = fmt.Errorf("there is nowhere for the secret to go; %w", ErrDestination)

// prepare tries all destinations out. After an error none is left prepared.
func prepare(ctx context.Context, destinations []Destination) error {
	if len(destinations) == 0 {
		return errNowhere
	}
	for i, d := range destinations {
		if err := d.Prepare(ctx); err != nil {
			discard(destinations[:i])
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
func (m Maker) plan(ctx context.Context, r Record, destinations []Destination) (Record, error) {
	before, err := m.Tokens.List(ctx)
	if err != nil {
		return r, err
	}
	r.Before, r.Places = nil, nil
	for _, t := range before {
		r.Before = append(r.Before, t.ClientID)
	}
	for _, d := range destinations {
		d.Note(&r)
	}
	r.Step, r.OrgID, r.Profile, r.Began = Planned, m.OrgID, m.Profile, m.Now().UTC()
	return r, nil
}

// create sends the one request of a planned operation, and brings it to the step
// Created. A signal does not end the wait for the answer; after it, the
// credential is revoked again.
func (m Maker) create(ctx context.Context, entry *Entry) (devops.Credential, error) {
	made, err := m.post(ctx, entry.Record)
	if errors.Is(err, devops.ErrOutcomeUnknown) {
		return made, m.settle(ctx, entry, err)
	}
	if err != nil {
		return made, err
	}
	entry.Made = made.ClientID
	if err := entry.note(Created); err != nil {
		return devops.Credential{}, m.takeBack(ctx, entry, made.ClientID, err)
	}
	if ctx.Err() != nil {
		return devops.Credential{}, m.takeBack(ctx, entry, made.ClientID, context.Cause(ctx))
	}
	return made, nil
}

func (m Maker) post(ctx context.Context, r Record) (devops.Credential, error) {
	ctx, cancel := m.unbroken(ctx, answerLimit)
	defer cancel()
	token := devops.NewToken(r.Order)
	token.Description = mark(token.Description, r.Nonce)
	made, err := m.Tokens.Create(ctx, token)
	made.Description, _ = SplitDescription(made.Description)
	return made, err
}

// deliver hands the credential to the destinations. The first failure ends it:
// what comes later in the order is for showing what is already kept. It returns
// those that hold the secret.
func (m Maker) deliver(ctx context.Context, entry *Entry, made devops.Credential, destinations []Destination) ([]string, error) {
	unbroken, cancel := m.unbroken(ctx, answerLimit)
	defer cancel()
	if err := entry.note(Delivering); err != nil {
		return nil, m.takeBack(ctx, entry, made.ClientID, err)
	}
	var taken []string
	for _, d := range destinations {
		err := d.Deliver(unbroken, made)
		if err == nil {
			taken = append(taken, d.String())
			continue
		}
		if len(taken) == 0 {
			return nil, m.takeBack(ctx, entry, made.ClientID, fmt.Errorf("%v did not take the secret: %w", d, err))
		}
		return taken, fmt.Errorf("%v did not take the secret of %s, which is in %s: %w: %w",
			d, made.ClientID, strings.Join(taken, " and "), err, ErrPartial)
	}
	return taken, nil
}

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
		return nil
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

// A PendingError names credentials that exist, or may exist, and whose secret
// nobody holds.
type PendingError struct {
	ClientIDs []string
	Certain   bool // they are ours; otherwise they only look like it
	Blind     bool // the list could not be looked at
	Cause     error
}

// Error says what is open.
func (e *PendingError) Error() string {
	switch {
	case e.Certain:
		return fmt.Sprintf("%v; the credential %s exists and nobody holds its secret", e.Cause, strings.Join(e.ClientIDs, ", "))
	case e.Blind:
		return fmt.Sprintf("%v; a credential may exist whose secret nobody holds", e.Cause)
	case len(e.ClientIDs) == 1:
		return fmt.Sprintf("%v; %s looks like what it made", e.Cause, e.ClientIDs[0])
	case len(e.ClientIDs) > 1:
		return fmt.Sprintf("%v; one of %s looks like what it made", e.Cause, strings.Join(e.ClientIDs, ", "))
	}
	return fmt.Sprintf("%v; no new credential is listed so far", e.Cause)
}

// Unwrap returns ErrPending and the cause.
func (e *PendingError) Unwrap() []error { return []error{ErrPending, e.Cause} }
