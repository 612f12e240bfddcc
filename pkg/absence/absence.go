// Package absence verifies deletions. The response of a service is no proof: a
// failed DELETE may have worked, a successful one may not have, and a list may
// lag or be incomplete. The proof is a complete list without the deleted item.
package absence

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// ErrUnproven reports that neither lists nor responses prove a deletion.
var ErrUnproven = errors.New("could not be verified")

// ErrStillListed reports that a deleted item is still listed.
var ErrStillListed = errors.New("the service reported it as deleted but still lists it")

// errOnce reports an item whose DELETE failed and that is missing from too few
// lists.
var errOnce = fmt.Errorf("it is no longer listed, but its deletion failed: %w", ErrUnproven)

// IncompleteListError reports an incomplete list, which proves no deletion.
type IncompleteListError struct{ Missing []string }

// Error returns some of the missing items.
func (e *IncompleteListError) Error() string {
	const most = 3
	words := strings.Join(e.Missing[:min(most, len(e.Missing))], ", ")
	if more := len(e.Missing) - most; more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return "the list is incomplete: it lacks " + words
}

// Unwrap returns ErrUnproven.
func (e *IncompleteListError) Unwrap() error { return ErrUnproven }

// Sight is one read of a list, as IDs.
type Sight struct {
	There   map[string]bool
	Missing []string // IDs that a complete list has and this one lacks
}

// Prover verifies deletions with a list.
type Prover struct {
	// Look reads the list. The IDs in question may be missing from a complete
	// list.
	Look   func(ctx context.Context, inQuestion []string) (Sight, error)
	Pauses []time.Duration // between reads; default Pauses
}

// Lists is the number of consecutive complete lists that prove a deletion whose
// DELETE did not succeed.
const Lists = 2

// Pauses returns the default pauses between reads, since the list may lag.
func Pauses() []time.Duration {
	return []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

// Prove reads the list until the deletions are proven or further reads are
// useless. accepted reports for each ID whether its DELETE succeeded: then one
// list is enough, otherwise Lists are. It returns an error for each unproven
// ID: ErrStillListed, one that wraps ErrUnproven, or that of Look.
func (p Prover) Prove(ctx context.Context, accepted map[string]bool) map[string]error {
	open, failures, absent := maps.Clone(accepted), map[string]error{}, map[string]int{}
	all := slices.Sorted(maps.Keys(accepted))
	pauses := p.Pauses
	if pauses == nil {
		pauses = Pauses()
	}
	for _, pause := range pauses {
		if len(open) == 0 || Sleep(ctx, pause) != nil {
			break
		}
		sight, err := p.Look(ctx, all)
		for id, ok := range open {
			failures[id] = checkSight(sight, err, id, ok, absent)
			if failures[id] == nil {
				delete(failures, id)
				delete(open, id)
			} else if !ok && errors.Is(failures[id], ErrStillListed) { // further reads will not change that
				delete(open, id)
			}
		}
		if err != nil { // further reads are useless: requests were already retried
			break
		}
	}
	for id := range open {
		if failures[id] == nil { // no time for a read
			failures[id] = ErrUnproven
		}
	}
	return failures
}

// checkSight returns what a read proves about one ID. absent counts consecutive
// complete lists without it.
func checkSight(sight Sight, err error, id string, accepted bool, absent map[string]int) error {
	switch {
	case err != nil:
		return err
	case sight.There[id]:
		absent[id] = 0
		return ErrStillListed
	case len(sight.Missing) > 0:
		absent[id] = 0
		return &IncompleteListError{sight.Missing}
	}
	absent[id]++
	if accepted || absent[id] >= Lists || failpoint.Disabled("second-list") {
		return nil
	}
	return errOnce
}

// Sleep waits for d, or returns the error of ctx when it ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return ctx.Err()
}
