//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// ignoreBrokenPipes makes a write to a pipe without a reader fail with EPIPE.
func ignoreBrokenPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// endGently asks a program to end, so that it leaves the terminal as it was.
func endGently(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
