// Package absence proves that something was deleted. What a service answers is a
// claim: a DELETE that failed may have worked, one that succeeded may not have, and
// a list may be late, or one page of several. The proof is in what lists do not
// show, and only in lists that hold all else that they should.
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

// ErrUnproven says that neither a list nor an answer proves what became of something.
var ErrUnproven = errors.New("could not be verified")

// ErrStillListed says that something was deleted and is still listed.
var ErrStillListed = errors.New("the service reported it as deleted but still lists it")

// errOnce is what a failed DELETE may have deleted, absent from too few lists.
var errOnce = fmt.Errorf("it is no longer listed, but its deletion failed: %w", ErrUnproven)

// An IncompleteListError says that a list is not whole, so that it proves nothing
// about what it does not show.
type IncompleteListError struct{ Missing []string }

// Error names what is missing, as far as that helps.
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

// A Sight is one look at a list, by the ids of its rows.
type Sight struct {
	There   map[string]bool
	Missing []string // what a whole list holds and this one does not
}

// A Prover proves that things are gone by looking at their list.
type Prover struct {
	// Look asks for the list. What is in question may be absent from a whole list.
	Look   func(ctx context.Context, inQuestion []string) (Sight, error)
	Pauses []time.Duration // between looks; those of Pauses if nil
}

// Lists returns how many whole lists in a row prove that something is gone whose
// DELETE did not succeed.
const Lists = 2

// Pauses are the pauses between looks at a list: it may be late.
func Pauses() []time.Duration {
	return []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

// Prove looks until it is proven that things are gone, or until further looks are of
// no use. accepted says of each id in question whether its DELETE succeeded: then one
// list without it is proof, else several are. It returns an error for each id that is
// not proven to be gone: ErrStillListed, one that wraps ErrUnproven, or that of Look.
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
			failures[id] = judge(sight, err, id, ok, absent)
			if failures[id] == nil {
				delete(failures, id)
				delete(open, id)
			} else if !ok && errors.Is(failures[id], ErrStillListed) { // nothing is to change that
				delete(open, id)
			}
		}
		if err != nil { // further looks are of no use: each request was repeated where that helps
			break
		}
	}
	for id := range open {
		if failures[id] == nil { // the time was over before the first look
			failures[id] = ErrUnproven
		}
	}
	return failures
}

// judge says what a look proves about one id. absent counts the whole lists in a row
// that did not show it.
func judge(sight Sight, err error, id string, accepted bool, absent map[string]int) error {
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

// Sleep waits, unless ctx ends first: then it returns its error.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return ctx.Err()
}
