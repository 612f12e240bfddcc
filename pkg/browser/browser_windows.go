package browser

import (
	"os/exec"
	"syscall"
)

// listSeparator is what stands between the commands of BROWSER.
const listSeparator = ';'

// detach gives a program no window of this one.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true} }
