//go:build linux

package faulttest

import (
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestRollbackKilled kills rotations after their steps, and then their rollback, or their
// resumption, at each of its places. The next run must end them: once the new token is
// revoked, no list shows any more that it is ours. In short, it does so with one rotation.
func TestRollbackKilled(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	const stored = "journal stored: after"
	steps := []string{"journal created: after", stored}
	if fullRig() {
		steps = append(steps, "journal planned: after", "POST /v2/clientIdSecrets: after", "journal delivering: after",
			"credential: after its name", "journal verified: after", "journal switched: after")
	}
	for _, c := range scenarios() {
		if c.rotates == "" || c.name != "rotated at once" && !fullRig() {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStation(t, program)
			for _, step := range steps {
				s.killAgain(c, step, true)
				if fullRig() {
					s.killAgain(c, step, false)
				}
			}
		})
		if c.rotates == "given" { // its old token is not stored, so no secret proves the new one
			continue
		}
		t.Run(c.name+", without descriptions", func(t *testing.T) {
			t.Parallel()
			newStation(t, program, "--behavior", "description=drop").killAgain(c, stored, true)
		})
	}
}

// killAgain kills a rotation after a step, and then its rollback or its resumption at
// each of its places.
func (s *station) killAgain(c scenario, step string, rollback bool) {
	s.t.Helper()
	first := 0
	for i, name := range s.places(c) {
		if strings.HasSuffix(name, step) { // the last one: a store is tried out before
			first = i + 1
		}
	}
	if first == 0 {
		return
	}
	const most = 60
	stride, killed := 1, true
	if !testkit.InCI() {
		stride = 8
	}
	for place := 1; place <= most && killed; place += stride {
		tr := s.begin(c)
		tr.killedAt(first, 0)
		tr.later()
		out, status := tr.end(place, 0, "token", "rotate", tr.old, tr.way(rollback), "--yes")
		tr.out += out
		killed = status == -1
		if err := tr.verdict(rollback, 0); err != nil {
			s.t.Errorf("killed at %s, and %s at place %d: %v", step, tr.way(rollback), place, err)
		}
		s.sweep()
	}
}
