package config_test

import (
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/config"
)

func TestDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1h30m": 90 * time.Minute, "1d": 24 * time.Hour, "2w": 14 * 24 * time.Hour, "0": 0, "0s": 0, "0d": 0,
		"36600d": 36600 * 24 * time.Hour,
	} {
		if got, ok := config.Duration(text); !ok || got != want {
			t.Errorf("%q: %s, %v; want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "5", "d", "-1d", "+1d", "1.5d", "-5m", "36601d", "36000w", "99999999999d", "1y", "1 d", "soon"} {
		if got, ok := config.Duration(text); ok {
			t.Errorf("%q: %s, want none", text, got)
		}
	}
}
