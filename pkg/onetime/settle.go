package onetime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
)

// looks are the pauses between looks at the list after a lost answer: a list
// may lag behind.
func looks() []time.Duration {
	return []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

// settle finds out what became of a request whose answer was lost. Ours is
// known by the nonce in its description, or by the client id that a broken
// answer still showed: it is revoked, since its secret is gone. What only looks
// like ours is named and never touched.
func (m Maker) settle(ctx context.Context, order Order, nonce string, before []devops.Token, lost error) error {
	ctx, cancel := m.unbroken(ctx, answerLimit)
	defer cancel()
	var partial *devops.PartialCredential
	if errors.As(lost, &partial) && partial.ClientID != "" {
		return m.takeBack(ctx, partial.ClientID, lost)
	}
	var lookalikes []string
	for _, pause := range looks() {
		if err := sleep(ctx, pause); err != nil {
			break
		}
		live, err := m.Tokens.List(ctx)
		if err != nil {
			return &PendingError{Blind: true, Cause: errors.Join(lost, err)}
		}
		lookalikes = lookalikes[:0]
		for _, t := range live {
			if _, n := SplitDescription(t.Description); n == nonce {
				return m.takeBack(ctx, t.ClientID, fmt.Errorf("the answer was lost: %w", lost))
			}
			if !known(before, t.ClientID) && sameRoles(t.Roles, order.Roles) {
				lookalikes = append(lookalikes, t.ClientID)
			}
		}
		if len(lookalikes) > 0 {
			break
		}
	}
	return &PendingError{ClientIDs: lookalikes, Cause: lost}
}

func known(tokens []devops.Token, clientID string) bool {
	return slices.ContainsFunc(tokens, func(t devops.Token) bool { return t.ClientID == clientID })
}

func sameRoles(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
