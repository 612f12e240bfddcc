//go:build unix

package env

import (
	"os/signal"
	"syscall"
)

// execProcess puts a program into the place of this process, and returns only if
// that fails. Signals that the caller ignores stay ignored, as under nohup.
func execProcess(path string, args, environ []string) error {
	inBackground := signal.Ignored(syscall.SIGINT) // and then SIGQUIT is ignored, too
	signal.Reset()
	if inBackground {
		signal.Ignore(syscall.SIGQUIT)
	}
	return syscall.Exec(path, args, environ) //nolint:gosec // what the user asks for
}
