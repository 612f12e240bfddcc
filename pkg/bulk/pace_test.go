package bulk

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
)

// limiter reports whether a service accepts a request at a time since its
// start.
type limiter func(at time.Duration) bool

func bucketOf(rate, burst float64) limiter {
	tokens, last := burst, time.Duration(0)
	return func(at time.Duration) bool {
		tokens = min(burst, tokens+rate*(at-last).Seconds())
		last = at
		if tokens < 1 {
			return false
		}
		tokens--
		return true
	}
}

// windowOf accepts n requests in each second.
func windowOf(rate int) limiter {
	second, n := time.Duration(-1), 0
	return func(at time.Duration) bool {
		if s := at.Truncate(time.Second); s != second {
			second, n = s, 0
		}
		n++
		return n <= rate
	}
}

// closedFrom rejects everything for a while.
func closedFrom(from, to time.Duration, then limiter) limiter {
	return func(at time.Duration) bool { return (at < from || at > to) && then(at) }
}

// TestPaceComesNearTheIdeal simulates a thousand rows against services with
// different limits. The ideal is to send at the exact limit from the start.
func TestPaceComesNearTheIdeal(t *testing.T) {
	unlimited := func(time.Duration) bool { return true }
	for _, test := range []struct {
		name        string
		limiter     func() limiter
		latency     time.Duration
		ideal       time.Duration
		efficiency  float64 // minimum
		mostRefused int
	}{
		{"bucket of 10, 50/s", func() limiter { return bucketOf(50, 10) }, 150 * time.Millisecond, 19_950 * time.Millisecond, 0.92, 100},
		{"bucket of 50, 50/s", func() limiter { return bucketOf(50, 50) }, 150 * time.Millisecond, 19_150 * time.Millisecond, 0.92, 100},
		{"window of a second, 50/s", func() limiter { return windowOf(50) }, 150 * time.Millisecond, 19_150 * time.Millisecond, 0.88, 120},
		{"20/s far away", func() limiter { return bucketOf(20, 10) }, 300 * time.Millisecond, 49_800 * time.Millisecond, 0.92, 100},
		{"200/s nearby", func() limiter { return bucketOf(200, 10) }, 100 * time.Millisecond, 5_050 * time.Millisecond, 0.80, 100},
		{"2/s", func() limiter { return bucketOf(2, 2) }, 150 * time.Millisecond, 499 * time.Second, 0.90, 200},
		{"nothing in the first minute", func() limiter { return closedFrom(0, time.Minute, bucketOf(50, 10)) }, 150 * time.Millisecond, 80 * time.Second, 0.85, 200},
		{"nothing for half a minute", func() limiter { return closedFrom(5*time.Second, 35*time.Second, bucketOf(50, 10)) }, 150 * time.Millisecond, 50 * time.Second, 0.75, 200},
		{"no limit", func() limiter { return unlimited }, 150 * time.Millisecond, 4_800 * time.Millisecond, 0.85, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				takes := test.limiter()
				begin, refused, done := time.Now(), 0, make([]int, 1000)
				turn := make(chan struct{}, 1)
				rows := make([]Row, len(done))
				for i := range rows {
					rows[i].Do = func(context.Context) error {
						time.Sleep(test.latency / 2)
						turn <- struct{}{}
						defer func() { <-turn; time.Sleep(test.latency / 2) }()
						if !takes(time.Since(begin)) {
							refused++
							return &tooMany{}
						}
						done[i]++
						return nil
					}
				}
				for i, result := range Run(t.Context(), rows, testOptions()) {
					if result.Outcome != OK || done[i] != 1 {
						t.Errorf("row %d: %+v, done %d times", i, result, done[i])
					}
				}
				took := time.Since(begin)
				efficiency := float64(test.ideal) / float64(took)
				t.Logf("%s, %.1f %%, %d refused", took, 100*efficiency, refused)
				if efficiency < test.efficiency || refused > test.mostRefused {
					t.Errorf("want %.0f %% and at most %d refused", 100*test.efficiency, test.mostRefused)
				}
			})
		})
	}
}

type tooMany struct{}

func (*tooMany) Error() string { return "too many" }
func (*tooMany) Unwrap() error { return devops.ErrRateLimited }

func testOptions() Options {
	return Options{
		Now: time.Now,
		Explain: func(err error) (int, string) {
			for _, known := range []struct {
				exit int
				kind error
			}{
				{4, devops.ErrUnauthorized},
				{13, devops.ErrRateLimited},
				{14, devops.ErrServer},
				{15, devops.ErrOutcomeUnknown},
				{12, devops.ErrNetwork},
				{12, context.DeadlineExceeded},
				{130, context.Canceled},
			} {
				if errors.Is(err, known.kind) {
					return known.exit, err.Error()
				}
			}
			return 1, err.Error()
		},
	}
}
