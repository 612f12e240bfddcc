//go:build unix

package onetime

import (
	"os/exec"

	"golang.org/x/sys/unix"
)

// detach keeps a program out of the way of Ctrl-C, and ends it with all that it
// has started.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
}
