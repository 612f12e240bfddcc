package flags_test

import (
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/flags"
)

func TestParseExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 500, time.UTC)
	for in, want := range map[string]string{
		"":                          "0001-01-01T00:00:00Z",
		"90d":                       "2027-02-19T12:00:00Z",
		"1y":                        "2027-11-21T12:00:00Z",
		"2y":                        "2028-11-21T12:00:00Z",
		"2027-01-31":                "2027-01-31T23:59:59Z",
		"2026-11-21":                "2026-11-21T23:59:59Z",
		"2028-02-29":                "2028-02-29T23:59:59Z",
		"2w":                        "2026-12-05T12:00:00Z",
		"36h":                       "2026-11-23T00:00:00Z",
		"2027-01-31T00:00:00+02:00": "2027-01-30T22:00:00Z",
	} {
		got, err := flags.ParseExpiry("--expires", in, now)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: %s %v, want %s", in, got.Format(time.RFC3339), err, want)
		}
	}
	for _, in := range []string{"0d", "-3d", "90", "soon", "2026-11-21T11:59:00Z", "0y", "-1y", "1.5y", "101y", "1000000000000000000000y", "y", "1Y", "2026-11-20", "2027-02-29", "2027-1-31", "31.01.2027", "999999999d", "-5m", "1.5d"} {
		if got, err := flags.ParseExpiry("--expires", in, now); err == nil {
			t.Errorf("%q: %s, want an error", in, got)
		}
	}
}

// TestDurationDefault shows defaults as people write them.
func TestDurationDefault(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "30s": "30s", "90s": "1m30s", "10m": "10m", "90m": "1h30m", "24h": "24h", "2d": "48h"} {
		var d time.Duration
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		flags.Duration(f, &d, "age", "")
		if err := f.Set("age", text); err != nil || f.Lookup("age").Value.String() != want {
			t.Errorf("%s: %q, %v", text, f.Lookup("age").Value, err)
		}
	}
}
