//go:build unix

package browser

import (
	"os/exec"
	"syscall"
)

// listSeparator is what stands between the commands of BROWSER.
const listSeparator = ':'

// detach gives a program a session of its own, so that it outlives the terminal.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
