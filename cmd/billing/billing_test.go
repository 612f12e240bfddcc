package billing

import (
	"testing"
	"time"
)

func TestMoney(t *testing.T) {
	t.Parallel()
	for amount, want := range map[float64]string{0: "0.00", 350.4: "350.40", 0.1: "0.10", 0.008: "0.008", 0.001: "0.001", 1e6: "1000000.00"} {
		if got := money(amount); got != want {
			t.Errorf("%v: %s", amount, got)
		}
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 5, 6, 7, 8, 0, time.UTC)
	for _, test := range []struct{ from, to, want string }{
		{"", "", "2026-03-01T00:00:00Z 2026-03-05T06:07:08Z"},
		{"", "2026-03-01", "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z"},
		{"2026-01-01", "2026-02-01", "2026-01-01T00:00:00Z 2026-02-01T00:00:00Z"},
		{"2026-01-01T01:00:00+02:00", "2026-01-31", "2025-12-31T23:00:00Z 2026-01-31T00:00:00Z"},
		{"2026-01-01", "2026-02-02", ""}, // too long
		{"2026-01-01", "2026-01-01", ""},
		{"yesterday", "", ""},
		{"", "03/04/2026", ""},
	} {
		p, err := usage{from: test.from, to: test.to}.period(now)
		got := p.From.Format(time.RFC3339) + " " + p.To.Format(time.RFC3339)
		if (err != nil) != (test.want == "") || err == nil && got != test.want {
			t.Errorf("%+v: %s, %v", test, got, err)
		}
	}
}
