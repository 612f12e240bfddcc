package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/astra-admin/astra/pkg/onetime"
)

const day = 24 * time.Hour

// Age says how long ago something was, in its largest unit.
func Age(now, then time.Time) string {
	if then.IsZero() {
		return "unknown"
	}
	d := max(now.Sub(then), 0)
	switch {
	case d >= day:
		return fmt.Sprintf("%dd", d/day)
	case d >= time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// ServiceNow returns the time at the service, by which tokens age and expire. In
// sandbox mode it is that of the sandbox's own clock.
func (a *App) ServiceNow() (time.Time, error) {
	if !a.sandboxed {
		return a.Now(), nil
	}
	server, err := a.Sandbox()
	if err != nil {
		return time.Time{}, err
	}
	return server.Clock()
}

// Clock is a time of today as people read it.
func Clock(t time.Time) string { return t.Local().Format(onetime.Clock) }

// ListsLate says until when a list may not show what was done now.
func (a *App) ListsLate() string { return Clock(a.Now().Add(onetime.Late)) }

// Pause waits, unless ctx ends before.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
