package cli_test

import (
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
)

func TestAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "0s", 59 * time.Second: "59s", 61 * time.Second: "1m", 90 * time.Minute: "1h", 25 * time.Hour: "1d", 400 * 24 * time.Hour: "400d", -time.Hour: "0s",
	} {
		if got := cli.Age(now, now.Add(-d)); got != want {
			t.Errorf("%s ago: %s, want %s", d, got, want)
		}
	}
	if got := cli.Age(now, time.Time{}); got != "unknown" {
		t.Errorf("an unset time: %s", got)
	}
}
