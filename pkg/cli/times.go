package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// ParseDuration reads a duration that a flag gives: 90d, 2w, or what Go takes
// (36h, 90m). Empty is zero. flag is named in the error.
func ParseDuration(flag, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	for suffix, unit := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if number, found := strings.CutSuffix(s, suffix); found {
			n, err := strconv.Atoi(number)
			if err == nil && n > 0 && n < 100*366 {
				return time.Duration(n) * unit, nil
			}
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return d, nil
	}
	return 0, Usagef("%s is a duration such as 90d, 2w or 36h, not %q", flag, s)
}

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
