//go:build unix

package testkit

import (
	"os"
	"syscall"
)

// Executable writes a program. A process that is started meanwhile, by another
// test, would hold the file open for writing until it executes its own program,
// and the kernel runs no program that somebody writes to (ETXTBSY): none is
// started here while the file is open.
func Executable(path, text string) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), 0o700)
}
