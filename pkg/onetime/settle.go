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
func (m Maker) settle(ctx context.Context, entry *Entry, lost error) error {
	ctx, cancel := m.unbroken(ctx, answerLimit)
	defer cancel()
	var partial *devops.PartialCredential
	if errors.As(lost, &partial) && partial.ClientID != "" {
		return m.takeBack(ctx, entry, partial.ClientID, lost)
	}
	var alike []string
	for _, pause := range looks() {
		if err := sleep(ctx, pause); err != nil {
			break
		}
		live, err := m.Tokens.List(ctx)
		if err != nil {
			return &PendingError{Blind: true, Cause: errors.Join(lost, err)}
		}
		ours := ""
		if ours, alike = entry.among(live); ours != "" {
			return m.takeBack(ctx, entry, ours, fmt.Errorf("the answer was lost: %w", lost))
		}
		if len(alike) > 0 {
			break
		}
	}
	return &PendingError{ClientIDs: alike, Cause: lost}
}

// among finds what an operation made in a list of tokens: ours is the client id
// of the one with its nonce. Without that, alike are those that were not there
// before, have the same roles, and whose description the service does not show.
func (r Record) among(live []devops.Token) (ours string, alike []string) {
	for _, t := range live {
		text, nonce := SplitDescription(t.Description)
		switch {
		case nonce == r.Nonce:
			return t.ClientID, nil
		case text == "" && nonce == "" && !slices.Contains(r.Before, t.ClientID) && sameRoles(t.Roles, r.Order.Roles):
			alike = append(alike, t.ClientID)
		}
	}
	return "", alike
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
