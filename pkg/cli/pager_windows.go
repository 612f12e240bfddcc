package cli

import (
	"os/exec"
	"strings"
)

// pagerCommand runs a program with words between blanks: the shell of this system
// quotes otherwise than programs expect.
func pagerCommand(command string) *exec.Cmd {
	words := strings.Fields(command)
	return exec.Command(words[0], words[1:]...) //nolint:gosec,noctx // the user's own choice, which the user ends
}
