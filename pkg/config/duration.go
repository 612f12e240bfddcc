package config

import (
	"strconv"
	"strings"
	"time"
)

const (
	day     = 24 * time.Hour
	longest = 100 * 366 * day
)

// Duration parses a duration: Go's format (90s, 5m, 1h30m), and whole days and
// weeks (90d, 2w). Negative durations are invalid.
func Duration(text string) (time.Duration, bool) {
	for suffix, unit := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if number, found := strings.CutSuffix(text, suffix); found {
			n, err := strconv.ParseUint(number, 10, 31)
			return time.Duration(n) * unit, err == nil && time.Duration(n) <= longest/unit
		}
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}
