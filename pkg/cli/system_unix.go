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

// pagerWords is a command line that runs a command of the shell.
func pagerWords(command string) []string { return []string{"/bin/sh", "-c", command} }

// DisableCoreDumps keeps the memory of this process out of the file that the system
// writes when a program crashes.
func (a *App) DisableCoreDumps() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &limit) != nil || limit.Cur == 0 {
		return
	}
	before := limit
	limit.Cur = 0
	if syscall.Setrlimit(syscall.RLIMIT_CORE, &limit) == nil {
		a.restoreDumps = func() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &before) } // it was in force already
	}
}
