//go:build unix

package onetime

import (
	"os/exec"

	"golang.org/x/sys/unix"
)

// apart keeps a program out of the way of Ctrl-C, and ends it with all that it
// has started.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
}
