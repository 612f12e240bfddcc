//go:build failpoint

// Package failpoint marks the places at which a run that is cut short matters,
// and the safeguards of the program. This is the form for tests: it kills the
// process, panics, sets the clock, and takes safeguards away.
package failpoint

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// passed counts the places that this process came by.
var passed atomic.Int64

// Here kills the process, as kill -9 would, at the place whose number from 1 is
// in ASTRA_FAILPOINT. The file ASTRA_FAILPOINT_LOG gets a line for each place.
func Here(name string) {
	n := passed.Add(1)
	if path := os.Getenv("ASTRA_FAILPOINT_LOG"); path != "" {
		if f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
			fmt.Fprintln(f, n, name)
			f.Close()
		}
	}
	if at, err := strconv.ParseInt(os.Getenv("ASTRA_FAILPOINT"), 10, 64); err == nil && at == n {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			_ = self.Kill()
		}
		select {}
	}
}

// Panic panics with a value, which holds a secret, at the places that
// ASTRA_FAILPOINT_PANIC names, separated by commas.
func Panic(place string, value any) {
	if slices.Contains(strings.Split(os.Getenv("ASTRA_FAILPOINT_PANIC"), ","), place) {
		panic(fmt.Sprint(value))
	}
}

// Clock returns a clock that is ahead of now by the duration in the file
// ASTRA_FAILPOINT_CLOCK.
func Clock(now func() time.Time) func() time.Time {
	path := os.Getenv("ASTRA_FAILPOINT_CLOCK")
	if path == "" {
		return now
	}
	return func() time.Time {
		text, _ := os.ReadFile(path)
		ahead, _ := time.ParseDuration(strings.TrimSpace(string(text)))
		return now().Add(ahead)
	}
}

// disabled are the safeguards in ASTRA_FAILPOINT_DISABLE, separated by commas.
var disabled = sync.OnceValue(func() []string { return strings.Split(os.Getenv("ASTRA_FAILPOINT_DISABLE"), ",") })

// Disabled reports whether ASTRA_FAILPOINT_DISABLE names a safeguard.
func Disabled(safeguard string) bool { return slices.Contains(disabled(), safeguard) }
