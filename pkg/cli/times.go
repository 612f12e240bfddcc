package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/exit"
)

const day = 24 * time.Hour

// ExpiryForms are the forms that ParseExpiry reads, for the text of a flag.
const ExpiryForms = "a duration such as 90d or 1y, a date such as 2027-01-31 (its end, in UTC), or an RFC 3339 time"

// ParseExpiry reads a moment that a flag gives: a duration from now, a date, which is
// the end of that day in UTC, or an RFC 3339 time. A year is one of the calendar. Empty
// is never, the zero time. The moment must be in the future.
func ParseExpiry(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		if at, err = time.Parse(time.DateOnly, s); err == nil {
			at = at.AddDate(0, 0, 1).Add(-time.Second)
		}
	}
	if err == nil {
		if !at.After(now) {
			return time.Time{}, exit.Usagef("%s: %s is in the past", flag, s)
		}
		return at.UTC(), nil
	}
	if at, ok := inYears(s, now); ok {
		return at, nil
	}
	d, err := ParseDuration(flag, s)
	if err != nil {
		return time.Time{}, exit.Usagef("%s is a duration such as 90d or 1y, a date such as 2027-01-31 or a time such as 2027-01-31T00:00:00Z, not %q", flag, s)
	}
	return now.Add(d).UTC().Truncate(time.Second), nil
}

// inYears reads a number of years, such as 1y, from now on.
func inYears(s string, now time.Time) (time.Time, bool) {
	const most = 100
	digits, ok := strings.CutSuffix(s, "y")
	if !ok || strings.Trim(digits, "0123456789") != "" {
		return time.Time{}, false
	}
	years, err := strconv.Atoi(digits)
	if err != nil || years < 1 || years > most {
		return time.Time{}, false
	}
	now = now.UTC().Truncate(time.Second)
	return now.AddDate(years, 0, 0), true
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
