// Package onetime makes credentials whose secret the service shows only once,
// so that none is lost: every destination is prepared before the request, the
// request is sent once, the secret is delivered and read back, and a credential
// that no destination took is revoked again.
//
// Its API is for this program's own commands and may change at any time.
package onetime

import (
	"cmp"
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
	Roles       []string // ids
	OrgID       string
	Description string
	ExpiresAt   time.Time // zero = never
}

// A Maker makes credentials.
type Maker struct {
	Tokens *devops.TokenService
	Rand   io.Reader
	Now    func() time.Time
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
// The errors wrap ErrDestination, ErrNothingKept, ErrPending or ErrPartial;
// with ErrPartial the credential is returned too. A refusal of the service is
// returned as it is.
func (m Maker) Make(ctx context.Context, order Order, destinations []Destination) (devops.Credential, []string, error) {
	for i, d := range destinations {
		if err := d.Prepare(ctx); err != nil {
			for _, prepared := range destinations[:i] {
				prepared.Discard()
			}
			return devops.Credential{}, nil, fmt.Errorf("%v: %w; %w", d, err, ErrDestination)
		}
	}
	discard := func() {
		for _, d := range destinations {
			d.Discard()
		}
	}
	before, err := m.Tokens.List(ctx)
	if err != nil {
		discard()
		return devops.Credential{}, nil, err
	}
	nonce, err := newNonce(m.Rand)
	if err != nil {
		discard()
		return devops.Credential{}, nil, err
	}
	made, err := m.create(ctx, order, nonce)
	if err != nil {
		discard()
		if errors.Is(err, devops.ErrOutcomeUnknown) {
			err = m.settle(ctx, order, nonce, before, err)
		}
		return devops.Credential{}, nil, err
	}
	if err := ctx.Err(); err != nil {
		discard()
		return devops.Credential{}, nil, m.takeBack(ctx, made.ClientID, context.Cause(ctx))
	}
	return m.deliver(ctx, made, destinations)
}

// create sends the one request. A signal does not end the wait for its answer.
func (m Maker) create(ctx context.Context, order Order, nonce string) (devops.Credential, error) {
	ctx, cancel := m.unbroken(ctx, answerLimit)
	defer cancel()
	order.Description = mark(order.Description, nonce)
	made, err := m.Tokens.Create(ctx, devops.NewToken(order))
	made.Description, _ = SplitDescription(made.Description)
	return made, err
}

// deliver hands the credential to the destinations. The first failure ends it:
// what comes later in the order is for showing what is already kept.
func (m Maker) deliver(ctx context.Context, made devops.Credential, destinations []Destination) (devops.Credential, []string, error) {
	unbroken, cancel := m.unbroken(ctx, answerLimit)
	defer cancel()
	var taken []string
	for i, d := range destinations {
		err := d.Deliver(unbroken, made)
		if err == nil {
			taken = append(taken, d.String())
			continue
		}
		for _, rest := range destinations[i:] {
			rest.Discard()
		}
		if len(taken) == 0 {
			return devops.Credential{}, nil, m.takeBack(ctx, made.ClientID, fmt.Errorf("%v did not take the secret: %w", d, err))
		}
		return made, taken, fmt.Errorf("%v did not take the secret of %s, which is in %s: %w: %w",
			d, made.ClientID, strings.Join(taken, " and "), err, ErrPartial)
	}
	return made, taken, nil
}

// takeBack revokes a credential that nobody holds, because of cause.
func (m Maker) takeBack(ctx context.Context, clientID string, cause error) error {
	if err := m.revoke(ctx, clientID); err != nil {
		return &PendingError{ClientIDs: []string{clientID}, Certain: true, Cause: errors.Join(cause, fmt.Errorf("revoke %s: %w", clientID, err))}
	}
	return fmt.Errorf("%w; the credential %s was revoked again: %w", cause, clientID, ErrNothingKept)
}

// revoke deletes a credential and makes sure that it is gone.
func (m Maker) revoke(ctx context.Context, clientID string) error {
	ctx, cancel := m.unbroken(ctx, revokeLimit)
	defer cancel()
	deleted := m.Tokens.Delete(ctx, clientID)
	if errors.Is(deleted, devops.ErrNotFound) {
		return nil
	}
	live, err := m.Tokens.List(ctx)
	if err != nil {
		return errors.Join(deleted, err)
	}
	for _, t := range live {
		if t.ClientID == clientID {
			return cmp.Or(deleted, errors.New("it is still listed"))
		}
	}
	return nil
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
