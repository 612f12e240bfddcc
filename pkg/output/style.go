package output

import (
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Style is the appearance of a table on a terminal. The zero value is plain
// text.
type Style struct {
	Color bool
	Now   time.Time // reference for relative times; zero prints dates
	Mark  string    // text for true in a Mark column
}

const (
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// tone returns the color of a state.
func tone(state string) string {
	is := func(words ...string) bool { return slices.Contains(words, strings.ToLower(state)) }
	switch {
	case is("", "absent", "not checked", "not needed", "not started", "unchanged", "none", "note"):
		return ""
	case is("active", "available", "accepted", "created", "done", "enabled", "in use", "ok", "ready", "revoked", "success", "valid"):
		return green
	case is("broken", "damaged", "degraded", "deleted", "error", "expired", "failed", "inactive", "incomplete", "invalid", "problem", "rejected", "terminated", "trouble", "unusable"):
		return red
	}
	return yellow // in progress, or needs attention
}

// cell is one line of a value in a table.
type cell struct{ text, style string }

// String returns the cell with its style.
func (c cell) String() string {
	if c.style == "" || c.text == "" {
		return c.text
	}
	return c.style + c.text + reset
}

// StripStyles removes the styles of a terminal from a table, which has no other
// control characters.
func StripStyles(table string) string {
	if !strings.Contains(table, "\x1b") {
		return table
	}
	return strings.NewReplacer(bold, "", red, "", green, "", yellow, "", reset, "").Replace(table)
}

// Moment describes a time relative to now: "in 12 days", "91 days ago". The
// past is rounded down, as ages are, and the future to the nearest unit.
func Moment(now, at time.Time) string {
	d := at.Sub(now)
	future := d > 0
	if !future {
		d = -d
	}
	const day = 24 * time.Hour
	for _, unit := range []struct {
		size, part time.Duration
		noun       string
	}{{day, time.Hour, "day"}, {time.Hour, time.Minute, "hour"}, {time.Minute, time.Second, "minute"}, {time.Second, time.Second, "second"}} {
		switch {
		case future && d.Round(unit.part) >= unit.size:
			return "in " + spelling.Count(int(d.Round(unit.size)/unit.size), unit.noun)
		case !future && d >= unit.size:
			return spelling.Count(int(d/unit.size), unit.noun) + " ago"
		}
	}
	return "now"
}
