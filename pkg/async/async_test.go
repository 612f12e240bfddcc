package async

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestEach makes calls at the same time, as many as may be, and returns each result in
// its place.
func TestEach(t *testing.T) {
	t.Parallel()
	for n, waves := range map[int]int{0: 0, 1: 1, Limit: 1, Limit + 1: 2, 5 * Limit: 5} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var g Group
				items := make([]int, n)
				for i := range items {
					items[i] = i
				}
				began := time.Now()
				results := Each(t.Context(), &g, items, func(_ context.Context, i int) (int, error) {
					time.Sleep(time.Second)
					if i%2 == 1 {
						return 0, fmt.Errorf("call %d", i)
					}
					return i, nil
				})
				for i, result := range results {
					got, err := result()
					if i%2 == 0 && (got != i || err != nil) || i%2 == 1 && (err == nil || err.Error() != fmt.Sprintf("call %d", i)) {
						t.Errorf("call %d: %d, %v", i, got, err)
					}
				}
				if took := time.Since(began); took != time.Duration(waves)*time.Second {
					t.Errorf("%d calls took %s, want %d waves", n, took, waves)
				}
			})
		})
	}
}

// TestEnd cancels the calls that nothing waits for, also those that have not begun.
func TestEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g Group
		var begun atomic.Int32
		wait := func(ctx context.Context, _ int) (bool, error) {
			begun.Add(1)
			<-ctx.Done()
			return true, ctx.Err()
		}
		one := Go(t.Context(), &g, func(ctx context.Context) (bool, error) { return wait(ctx, 0) })
		results := append(Each(t.Context(), &g, make([]int, 3*Limit), wait), one)
		synctest.Wait()
		g.End()
		if n := begun.Load(); n != Limit+1 {
			t.Errorf("%d calls began, want %d", n, Limit+1)
		}
		for _, result := range results {
			if _, err := result(); !errors.Is(err, context.Canceled) {
				t.Errorf("a call ended with %v", err)
			}
		}
	})
}

// TestPanic moves a panic to the place that waits for the result.
func TestPanic(t *testing.T) {
	t.Parallel()
	var g Group
	result := Go(t.Context(), &g, func(context.Context) (int, error) { panic("bug") })
	defer func() {
		if cause := recover(); cause != "bug" {
			t.Errorf("panic %v", cause)
		}
	}()
	_, _ = result()
	t.Error("no panic")
}
