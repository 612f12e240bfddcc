//go:build unix && !linux

package process

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// parents returns the parent of each process.
func parents() map[int]int {
	ctx, cancel := context.WithTimeout(context.Background(), Grace)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/ps", "-A", "-o", "pid=", "-o", "ppid=")
	cmd.Env = []string{} // ps needs none
	list, _ := cmd.Output()
	all := map[int]int{}
	for line := range strings.Lines(string(list)) {
		var pid, parent int
		if _, err := fmt.Sscan(line, &pid, &parent); err == nil {
			all[pid] = parent
		}
	}
	return all
}
