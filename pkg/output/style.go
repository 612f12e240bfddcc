package output

import (
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Style is how a table looks on a terminal. The zero value is plain text.
type Style struct {
	Color bool
	Now   time.Time // times are told from here, as people tell them; zero: as dates
	Mark  string    // marks a row, in place of true
}

const (
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// tone is the color of a state. It repeats what the word says.
func tone(state string) string {
	is := func(words ...string) bool { return slices.Contains(words, strings.ToLower(state)) }
	switch {
	case is("", "absent", "not needed", "not started", "unchanged", "none", "note"):
		return ""
	case is("active", "available", "accepted", "created", "done", "enabled", "in use", "ok", "ready", "revoked", "success", "valid"):
		return green
	case is("damaged", "degraded", "deleted", "error", "expired", "failed", "inactive", "incomplete", "invalid", "problem", "rejected", "terminated", "trouble", "unusable"):
		return red
	}
	return yellow // under way, or a state that a person should know of
}

// A cell is one line of a value in a table.
type cell struct{ text, style string }

// String is the cell as a terminal gets it.
func (c cell) String() string {
	if c.style == "" || c.text == "" {
		return c.text
	}
	return c.style + c.text + reset
}

// Unstyled takes the styles away that a table has on a terminal. No other text of a
// table has control characters.
func Unstyled(table string) string {
	if !strings.Contains(table, "\x1b") {
		return table
	}
	return strings.NewReplacer(bold, "", red, "", green, "", yellow, "", reset, "").Replace(table)
}

// Moment says when something is, as people do: "in 12 days", "91 days ago". The
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
