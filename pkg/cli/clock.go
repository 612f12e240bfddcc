package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/astra-admin/astra/pkg/onetime"
)

const day = 24 * time.Hour

// Clock has the time and the random numbers of the process.
type Clock struct {
	Now  func() time.Time
	Rand io.Reader
}

// Age returns the time since then in its largest unit.
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

// ServiceNow returns the time at the service, by which tokens age and expire. In the
// sandbox that is the sandbox's own clock.
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

// TimeOfDay returns a time of today for messages.
func TimeOfDay(t time.Time) string { return t.Local().Format(onetime.ClockFormat) }

// ListsLate returns the time until which a list may lack changes that were made now.
func (c Clock) ListsLate() string { return TimeOfDay(c.Now().Add(onetime.Late)) }

// Pause waits for d, or until ctx ends.
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
