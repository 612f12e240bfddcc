//go:build unix

package cli

import "syscall"

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
