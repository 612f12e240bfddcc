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
	entry.Made, entry.MadeOn = made.ClientID, made.GeneratedOn
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
