package bulk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/devops"
)

var (
	errLost   = fmt.Errorf("a: %w", devops.ErrOutcomeUnknown)
	errDenied = fmt.Errorf("b: %w", devops.ErrInvalid)
	errGone   = fmt.Errorf("c: %w", devops.ErrUnauthorized)
)

// replies returns a row that responds with one of errs after the other, and
// then repeats the last.
func replies(count *atomic.Int64, errs ...error) Row {
	return Row{Do: func(context.Context) error {
		time.Sleep(100 * time.Millisecond)
		return errs[min(int(count.Add(1)), len(errs))-1]
	}}
}

// words are the compared fields of results.
func words(results []Result) []string {
	var all []string
	for _, r := range results {
		all = append(all, fmt.Sprint(r.Outcome, " ", r.Exit))
	}
	return all
}

func TestOutcomes(t *testing.T) {
	happened := func(_ context.Context, rows []int) ([]Verdict, error) {
		return []Verdict{Happened, Happened, Happened}[:len(rows)], nil
	}
	nothing := func(_ context.Context, rows []int) ([]Verdict, error) {
		return make([]Verdict, len(rows)), nil
	}
	missing := func(_ context.Context, rows []int) ([]Verdict, error) {
		return []Verdict{DidNotHappen, DidNotHappen}[:len(rows)], nil
	}
	blind := func(context.Context, []int) ([]Verdict, error) { return nil, devops.ErrNetwork }
	busy := &tooMany{}
	for _, test := range []struct {
		name      string
		errs      []error
		reconcile func(context.Context, []int) ([]Verdict, error)
		sent      int64
		want      string
	}{
		{"done", []error{nil}, nil, 1, "ok 0"},
		{"refused", []error{errDenied}, nil, 1, "failed 1"},
		{"put off, as often as it takes", []error{busy, busy, busy, busy, busy, busy, nil}, nil, 7, "ok 0"},
		{"lost, and it happened", []error{errLost, nil}, happened, 1, "ok 0"},
		{"lost, and it did not happen", []error{errLost, nil}, missing, 2, "ok 0"},
		{"lost twice", []error{errLost}, missing, 2, "failed 14"},
		{"lost, put off, lost", []error{errLost, busy, errLost, nil}, missing, 3, "failed 14"},
		{"lost, and nobody can tell", []error{errLost, nil}, nothing, 1, "unknown 15"},
		{"lost, and nobody looks", []error{errLost, nil}, nil, 1, "unknown 15"},
		{"lost, and looking fails", []error{errLost, nil}, blind, 1, "unknown 15"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				o, finished := testOptions(), 0
				o.Reconcile, o.Finished = test.reconcile, func(Result) { finished++ }
				got := words(Run(t.Context(), []Row{replies(&sent, test.errs...)}, o))
				if diff := cmp.Diff([]string{test.want}, got); diff != "" || sent.Load() != test.sent || finished != 1 {
					t.Errorf("sent %d times, finished %d times\n%s", sent.Load(), finished, diff)
				}
			})
		})
	}
}

func TestRowsThatAreFinishedAreOnlyReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		done := Row{Result: Result{Row: 1, Input: "a", Action: "unchanged", Outcome: Unchanged}}
		lost := Row{Result: Result{Row: 2, Input: "b", Action: "resend", Outcome: Unknown, Exit: 15}}
		o := testOptions()
		o.Reconcile = func(_ context.Context, rows []int) ([]Verdict, error) {
			t.Errorf("looked up %v", rows)
			return nil, nil
		}
		got := words(Run(t.Context(), []Row{done, lost, replies(&sent, nil)}, o))
		if diff := cmp.Diff([]string{"unchanged 0", "unknown 15", "ok 0"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhoeverCannotBeReachedIsTriedAFewTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := unreachable(t)
		begin := time.Now()
		rows := make([]Row, 100)
		var sent atomic.Int64
		for i := range rows {
			rows[i].Do = func(ctx context.Context) error {
				sent.Add(1)
				return c.Users.Invite(ctx, "o", "a@example.com", []string{"r"})
			}
		}
		results := Run(t.Context(), rows, testOptions())
		if results[0].Outcome != Failed || results[0].Exit != 12 || results[99].Outcome != NotStarted || results[99].Exit != 12 {
			t.Errorf("first %+v, last %+v", results[0], results[99])
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("it took %s to give up, and %d attempts", took, sent.Load())
		}
	})
}

func TestATokenThatIsRevokedEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		rows := []Row{replies(&sent, errGone)}
		for range 499 {
			rows = append(rows, replies(&sent, errGone))
		}
		results := Run(t.Context(), rows, testOptions())
		if last := results[499]; last.Outcome != NotStarted || last.Exit != 4 {
			t.Errorf("the last: %+v", last)
		}
		if sent.Load() > 50 {
			t.Errorf("%d requests with a revoked token", sent.Load())
		}
	})
}

func TestAnInterruptedRunFinishesWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		var begun, ended atomic.Int64
		rows := make([]Row, 100)
		for i := range rows {
			rows[i].Do = func(ctx context.Context) error {
				if begun.Add(1) == 50 {
					cancel(errors.New("interrupted"))
				}
				time.Sleep(time.Second)
				ended.Add(1)
				return ctx.Err()
			}
		}
		counts := map[Outcome]int{}
		for _, r := range Run(ctx, rows, testOptions()) {
			counts[r.Outcome]++
			if r.Outcome == NotStarted && r.Error != "interrupted" {
				t.Errorf("%+v", r)
			}
		}
		if counts[OK] != 50 || counts[NotStarted] != 50 || ended.Load() != 50 {
			t.Errorf("%v, %d ended", counts, ended.Load())
		}
	})
}

func TestAnInterruptedRunDoesNotWaitForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		hang := Row{Do: func(ctx context.Context) error {
			<-ctx.Done()
			return errLost
		}}
		o := testOptions()
		o.Reconcile = func(ctx context.Context, _ []int) ([]Verdict, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		begin := time.Now()
		got := words(Run(ctx, []Row{hang}, o))
		if diff := cmp.Diff([]string{"unknown 15"}, got); diff != "" || time.Since(begin) > 90*time.Second {
			t.Errorf("after %s\n%s", time.Since(begin), diff)
		}
	})
}

func TestNoMoreThanTheLimitAreInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var flying, most atomic.Int64
		rows := make([]Row, 500)
		for i := range rows {
			rows[i].Do = func(context.Context) error {
				if n := flying.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(time.Second)
				flying.Add(-1)
				return nil
			}
		}
		Run(t.Context(), rows, testOptions())
		if most.Load() != limit {
			t.Errorf("%d in flight, want %d", most.Load(), limit)
		}
	})
}

func TestWhatWasSentAndNotAnsweredIsUnknown(t *testing.T) {
	for _, limit := range []time.Duration{time.Second, time.Hour} { // canceled; abandoned
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			c := silent(t)
			remove := Row{Do: func(ctx context.Context) error { return c.Users.Remove(ctx, "u") }}
			got := words(Run(ctx, []Row{remove}, testOptions()))
			if diff := cmp.Diff([]string{"unknown 15"}, got); diff != "" {
				t.Errorf("within %s\n%s", limit, diff)
			}
		})
	}
}

func TestARowThatIsOnlyPutOffHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var sent atomic.Int64
		o := testOptions()
		o.Limit = 1
		slow := Row{Do: func(context.Context) error { time.Sleep(time.Minute); return nil }}
		got := Run(ctx, []Row{replies(&sent, &tooMany{}), slow, replies(&sent, nil)}, o)
		if diff := cmp.Diff([]string{"failed 13", "ok 0", "not started 12"}, words(got)); diff != "" {
			t.Error(diff)
		}
		if got[0].Error != "rate limited until the time limit: too many" || got[2].Error != "the time limit is reached; --timeout raises it" {
			t.Errorf("%q, %q", got[0].Error, got[2].Error)
		}
	})
}

func TestARowThatWasSentTwiceTellsTheLastError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		o := testOptions()
		o.Reconcile = func(context.Context, []int) ([]Verdict, error) { return []Verdict{DidNotHappen}, nil }
		got := Run(t.Context(), []Row{replies(&sent, errLost)}, o)
		if !strings.HasSuffix(got[0].Error, errLost.Error()) {
			t.Errorf("%+v", got[0])
		}
	})
}

// TestABugInARowIsContained has a row that panics: its text, which may be a
// secret, is not shown, and other rows continue.
func TestABugInARowIsContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int64
		rows := []Row{{Do: func(context.Context) error { panic("hush") }}, replies(&count, nil)}
		got := Run(t.Context(), rows, testOptions())
		if diff := cmp.Diff([]string{"unknown 15", "ok 0"}, words(got)); diff != "" {
			t.Error(diff)
		}
		if text := got[0].Error; strings.Contains(text, "hush") || !strings.Contains(text, "a bug in astra") {
			t.Error(text)
		}
	})
}
