//go:build failpoint

// Package failpoint marks the places at which a run that is cut short matters.
// This is the form for tests: it kills the process.
package failpoint

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
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
