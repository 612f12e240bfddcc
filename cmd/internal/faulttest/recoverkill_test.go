//go:build linux

package faulttest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// twice is a gateway that sends a request for a token again.
func (h *habitTrial) twice() http.Handler {
	service := h.lying
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asksForToken(r) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // its client was killed
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			service.ServeHTTP(httptest.NewRecorder(), r)
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		service.ServeHTTP(w, r)
	})
}

// TestRecoverKilled kills "token recover" at each of its places after an answer that
// named another client's token, or a request that was done twice. Which token is which
// must remain known, so that the next runs end the operation, offer only tokens of the
// program and leave none. In short, it does so with a few tasks.
func TestRecoverKilled(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	all := tasks()
	const few = 3
	for i, c := range []struct{ behavior, task, killed string }{
		{"wrong-id", "for another organization", "journal delivering: after"},
		{"done-twice", toOutput, "journal created: after"},
		{"done-twice", "for another organization", "journal delivering: after"},
		{"wrong-id", "for another organization", ""},
		{"wrong-id", "for another organization, to the store", ""},
		{"wrong-id", toOutput, "journal created: after"},
		{"wrong-id", toStore, "journal created: after"},
		{"wrong-id", "rotated to standard output", "journal created: after"},
		{"done-twice", toStore, "journal created: after"},
		{"done-twice", "for another organization, to the store", "journal done: before"},
		{"done-twice", "rotated to standard output", "journal created: after"},
	} {
		if i >= few && !fullRig() {
			break
		}
		t.Run(c.behavior+" "+c.task+" "+c.killed, func(t *testing.T) {
			t.Parallel()
			g := prepareGround(t, program, all[slices.IndexFunc(all, func(other task) bool { return other.name == c.task })])
			killed := 0
			if c.killed != "" {
				killed = slices.IndexFunc(placesOf(t, g), func(name string) bool { return strings.HasSuffix(name, c.killed) }) + 1
			}
			const most = 60
			step := 1
			if !testkit.InCI() {
				step = 6
			}
			for place := 1; place <= most && recoverKilledAt(t, g, c.behavior, killed, place); place += step {
			}
		})
	}
}

// recoverKilledAt kills the task at a place and then its recovery at a place. It
// reports whether the recovery came by there.
func recoverKilledAt(t *testing.T, g *ground, behavior string, killed, place int) bool {
	t.Helper()
	h := beginHabit(t, g, behavior, nil, rand.New(rand.NewPCG(1, 1)))
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

// TestResumeInDoubt rotates a token that is not stored here to standard output, while the
// service names another client's token and does not list what it made. No later run
// must take that token for the new one and revoke the old one.
func TestResumeInDoubt(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	all := tasks()
	g := prepareGround(t, program, all[slices.IndexFunc(all, func(other task) bool { return other.name == "rotated to standard output" })])
	for _, c := range []struct {
		killed string
		next   []string
	}{
		{"", []string{"token", "rotate", g.old, "--resume", "--yes"}},
		{"journal created: after", []string{"token", "recover", "--keep", g.old, "--yes"}},
		{"journal delivering: after", []string{"token", "recover", "--keep", g.old, "--yes"}},
	} {
		place := 0
		if c.killed != "" {
			place = slices.IndexFunc(placesOf(t, g), func(name string) bool { return strings.HasSuffix(name, c.killed) }) + 1
		}
		h := beginHabit(t, g, noHabit, nil, rand.New(rand.NewPCG(1, 1)))
		h.deletes = false
		h.be(h.mistaken())
		h.do(place, 0, h.args...)
		h.pass(pastGrace)
		h.run(c.next...)
		h.run("token", "rotate", g.old, "--resume", "--yes")
		if _, alive := h.live()[g.old]; !alive {
			t.Errorf("killed at %q, and %v: the old token is revoked", c.killed, c.next)
		}
		h.end()
	}
}
