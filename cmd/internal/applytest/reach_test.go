package applytest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestApplyReaches brings the emulator to a random state and applies the file of another
// one: it reaches that with as many requests as the plan has steps, and a second time
// there is nothing to do.
func TestApplyReaches(t *testing.T) {
	t.Parallel()
	s := newService(t)
	steps, kinds := 0, map[string]int{}
	pairs := rounds(2000, 80, 20)
	for seed := range uint64(pairs) {
		from, to := dice{rand.New(rand.NewPCG(seed, 1)), s}.pair()
		s.load(to)
		wanted, want := s.export(), s.look().withoutIDs(s)
		s.load(from)
		file := s.write("b.yaml", allOf(wanted))
		d, path := s.plan(file)
		steps += len(d.Steps)
		for _, step := range d.Steps {
			kinds[string(step.Kind)+" "+string(step.Action)]++
		}
		args := []string{"org", "apply", "-f", file}
		if seed%2 == 0 && len(d.Steps) > 0 {
			args = []string{"org", "apply", path}
		}
		out, words, status := s.run(allowing(args...)...)
		if status != 0 || s.writes != len(d.Steps) {
			t.Fatalf("seed %d: status %d, %d requests in %d steps\n%s%s", seed, status, s.writes, len(d.Steps), out, words)
		}
		if got := s.look().withoutIDs(s); got != want {
			t.Fatalf("seed %d: another state was reached (-want +got):\n%s\n%s", seed, cmp.Diff(want, got), words)
		}
		if got := s.export(); got != wanted {
			t.Fatalf("seed %d: the export differs (-want +got):\n%s", seed, cmp.Diff(wanted, got))
		}
		out, words, status = s.run(allowing("org", "apply", "-f", file)...)
		if status != 0 || s.writes > 0 || out != "" || !strings.Contains(words, "No changes") {
			t.Fatalf("seed %d: the second time: status %d, %d requests\n%s%s", seed, status, s.writes, out, words)
		}
		if out, words, status := s.run("org", "plan", "-f", file); status != 0 {
			t.Fatalf("seed %d: the plan afterwards: status %d\n%s%s", seed, status, out, words)
		}
	}
	t.Logf("%d steps in %d pairs: %v", steps, pairs, kinds)
	if steps < 5*pairs {
		t.Errorf("only %d steps", steps)
	}
}
