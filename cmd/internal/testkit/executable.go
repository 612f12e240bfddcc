//go:build unix

package testkit

import (
	"os"
	"syscall"
)

// Executable writes a program. A process that another test starts while the file is
// open would hold it open for writing until its own exec, and the kernel does not
// execute a file that is open for writing (ETXTBSY). The lock keeps such starts out.
func Executable(path, text string) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), 0o700)
}
