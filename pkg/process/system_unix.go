//go:build unix

package process

import (
	"os"
	"os/signal"
	"syscall"
)

// ignoreBrokenPipes makes a write to a pipe without a reader fail with EPIPE.
func ignoreBrokenPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// Terminate asks a program to end, so that it leaves the terminal as it was.
func Terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// CommandLine returns the words of a program and its arguments that run a command of
// the shell.
func CommandLine(command string) []string { return []string{"/bin/sh", "-c", command} }

// DisableCoreDumps keeps the memory of this process out of the file that the system
// writes when a program crashes. restore reverses that, for a program that replaces
// this one.
func DisableCoreDumps() (restore func()) {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &limit) != nil || limit.Cur == 0 {
		return func() {}
	}
	before := limit
	limit.Cur = 0
	if syscall.Setrlimit(syscall.RLIMIT_CORE, &limit) != nil {
		return func() {}
	}
	return func() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &before) } // it was in force already
}
