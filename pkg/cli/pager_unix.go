//go:build unix

package cli

import "os/exec"

// pagerCommand runs a command of the shell.
func pagerCommand(command string) *exec.Cmd {
	return exec.Command("/bin/sh", "-c", command) //nolint:gosec,noctx // the user's own choice, which the user ends
}
