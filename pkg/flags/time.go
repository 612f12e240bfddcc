package flags

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
)

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
		return time.Time{}, exit.Usagef("%s must be a duration such as 90d or 1y, a date such as 2027-01-31 or a time such as 2027-01-31T00:00:00Z, not %q", flag, s)
	}
	return now.Add(d).UTC().Truncate(time.Second), nil
}

// inYears reads a number of years, such as 1y, from now on.
func inYears(s string, now time.Time) (time.Time, bool) {
	const maxYears = 100
	digits, ok := strings.CutSuffix(s, "y")
	if !ok || strings.Trim(digits, "0123456789") != "" {
		return time.Time{}, false
	}
	years, err := strconv.Atoi(digits)
	if err != nil || years < 1 || years > maxYears {
		return time.Time{}, false
	}
	now = now.UTC().Truncate(time.Second)
	return now.AddDate(years, 0, 0), true
}

// Duration declares a flag that takes a duration.
func Duration(f *pflag.FlagSet, d *time.Duration, name, usage string) {
	f.Var(&durationFlag{d, name}, name, usage)
}

// durationFlag is the value of such a flag: pflag's own knows no days, and
// complains in the words of a library.
type durationFlag struct {
	value *time.Duration
	name  string
}

// Set reads the value.
func (d *durationFlag) Set(text string) error {
	value, ok := config.Duration(text)
	if !ok {
		return noDuration("--"+d.name, text)
	}
	*d.value = value
	return nil
}

// String is the value without minutes and seconds that are zero. A plain 0 is not shown
// as a default.
func (d *durationFlag) String() string {
	if d.value == nil || *d.value == 0 {
		return "0"
	}
	text := d.value.String()
	for _, zero := range []string{"0s", "0m"} {
		if short := strings.TrimSuffix(text, zero); strings.HasSuffix(short, "m") || strings.HasSuffix(short, "h") {
			text = short
		}
	}
	return text
}

// Type names the kind of the value.
func (*durationFlag) Type() string { return "duration" }

// ParseDuration reads a duration that a flag gives, as config.Duration does.
// Empty is zero, and otherwise it is above that. flag is named in the error.
func ParseDuration(flag, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, ok := config.Duration(s)
	if !ok || d == 0 {
		return 0, noDuration(flag, s)
	}
	return d, nil
}

func noDuration(flag, s string) *exit.Error {
	return exit.Usagef("%s must be a duration such as 30s, 5m, 36h, 90d or 2w, not %q", flag, s)
}
