//go:build linux

package faulttest

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/config"
)

// TestManyAtOnce has many processes write the configuration and the store at the
// same time: each finds afterwards what it wrote.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	w, err := h.serveHere(t.TempDir(), asIs)
	testkit.Check(t, err)
	defer w.stop()
	names := make([]string, 24)
	for i := range names {
		names[i] = fmt.Sprintf("p%d", i)
	}
	run := func(line string) []string {
		if r := w.run(runOptions{line: "exec astra " + line}); r.status != 0 {
			return []string{fmt.Sprintf("astra %s: status %d\n%s", line, r.status, r.stderr)}
		}
		return nil
	}
	report(t, each(len(names), names, func(name string) []string {
		return append(run("auth login "+name+" --token-file token.txt"), run("-p "+name+" token generate --role 'RO User' --save "+name)...)
	}))
	report(t, each(8, names, func(name string) []string {
		return append(run("-p "+name+" org get"), run("-p "+name+" env use demo --saved-token "+name)...)
	}))
}

// TestKilledWriters kills commands that write the configuration and the store, at
// any moment: what was there stays, and what is new is whole or not there.
func TestKilledWriters(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	tries := make([]time.Duration, 24)
	if fullRig() {
		tries = make([]time.Duration, 1000)
	}
	took := make([]time.Duration, 3)
	for i := range took {
		took[i] = timedLogin(t, h)
	}
	longest := max(took[0], took[1], took[2])
	for i := range tries {
		tries[i] = 1 + rand.N(longest)
	}
	report(t, each(4, tries, func(after time.Duration) []string {
		return inScratch(func(_, dir string) []string {
			w, err := h.serveHere(dir, asIs)
			if err != nil {
				return broken(err)
			}
			defer w.stop()
			w.run(runOptions{line: "exec astra auth login fresh --token-file token.txt", patience: after}) // after that it is killed
			c, err := config.Load(filepath.Join(dir, "config", "config.yaml"))
			if err != nil {
				return []string{fmt.Sprintf("killed after %s: %v", after, err)}
			}
			lines := []string{"astra -p production org get", "astra -p production env export"}
			if _, there := c.Find("fresh"); there {
				lines = append(lines, "astra -p fresh org get")
			}
			var complaints []string
			for _, line := range append(lines, "astra auth login fresh --token-file token.txt") {
				if r := w.run(runOptions{line: line}); r.status != 0 {
					complaints = append(complaints, fmt.Sprintf("killed after %s, %s: status %d\n%s", after, line, r.status, r.stderr))
				}
			}
			return complaints
		})
	}))
}

// timedLogin is how long a login takes that nobody kills.
func timedLogin(t *testing.T, h home) time.Duration {
	t.Helper()
	w, err := h.serveHere(t.TempDir(), asIs)
	testkit.Check(t, err)
	defer w.stop()
	r := w.run(runOptions{line: "exec astra auth login fresh --token-file token.txt"})
	if r.status != 0 {
		t.Fatal(r.stderr)
	}
	return r.took
}
