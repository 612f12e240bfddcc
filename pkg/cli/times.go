package cli

import (
	"fmt"
	"time"
)

const day = 24 * time.Hour

// ParseExpiry reads a moment that a flag gives: a duration from now, or an RFC
// 3339 time. Empty is never, the zero time. The moment must be in the future.
func ParseExpiry(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		if !at.After(now) {
			return time.Time{}, Usagef("%s: %s is in the past", flag, s)
		}
		return at.UTC(), nil
	}
	d, err := ParseDuration(flag, s)
	if err != nil {
		return time.Time{}, Usagef("%s is a duration such as 90d, or a time such as 2027-01-31T00:00:00Z, not %q", flag, s)
	}
	return now.Add(d).UTC().Truncate(time.Second), nil
}

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
