//go:build linux

package faulttest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestRecoverKilled kills "token recover" at each of its places after an answer that
// named another client's token. What was made is revoked there: that must remain known,
// so that the next runs end the operation and offer nothing that is not ours.
func TestRecoverKilled(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	all := tasks()
	for _, c := range []struct{ task, killed string }{
		{"for another organization", ""},
		{"for another organization", "journal delivering: after"},
		{"for another organization, to the store", ""},
		{"to standard output", "journal created: after"},
		{"to the store", "journal created: after"},
		{"rotated to standard output", "journal created: after"},
	} {
		t.Run(c.task+" "+c.killed, func(t *testing.T) {
			t.Parallel()
			g := prepareGround(t, program, all[slices.IndexFunc(all, func(other task) bool { return other.name == c.task })])
			killed := 0
			if c.killed != "" {
				killed = slices.IndexFunc(placesOf(t, g), func(name string) bool { return strings.HasSuffix(name, c.killed) }) + 1
			}
			const most = 60
			for place := 1; place <= most && recoverKilledAt(t, g, killed, place); place++ {
			}
		})
	}
}

// recoverKilledAt kills the task at a place and then its recovery at a place. It
// reports whether the recovery came by there.
func recoverKilledAt(t *testing.T, g *ground, killed, place int) bool {
	t.Helper()
	h := beginHabit(t, g, "wrong-id", nil, rand.New(rand.NewPCG(1, 1)))
	defer h.end()
	h.deletes = false
	h.order = strangeOrder(g.org, "")
	h.do(killed, 0, h.args...)
	h.judge("after the run")
	h.pass(pastGrace)
	h.be(h.honest)
	h.kills = 0
	h.conclude(false, true, place)
	h.judge("in the end")
	if lost := h.unheld(h.live()); len(lost) > 0 {
		h.complain(isLost, "end", "in the end: no destination holds %v", lost)
	}
	if offer := fmt.Sprintf("--revoke %s", h.intruder); strings.Contains(h.said, offer) {
		h.complain(isWrong, "offer", "another client's token is offered: %s", offer)
	}
	for _, found := range h.complaints {
		t.Errorf("recovery killed at place %d: %s: %s", place, found.kind, found.text)
	}
	return h.kills > 0
}
