package process

import (
	"os"
	"syscall"
	"time"
)

// Grace is how long programs and writes may take to end when the time of the command is
// over, all together. Two streams stay within the second in which a command ends.
const Grace = 250 * time.Millisecond

// Descendants are the programs that a program has started, and those that they have
// started. They are no process group: a program that has the terminal shares the group
// of this one, so that Ctrl-Z stops both.
type Descendants []*os.Process

// DescendantsOf finds the descendants of a program that is running.
func DescendantsOf(pid int) (all Descendants) {
	parents := parents()
	isMember := map[int]bool{pid: true}
	for hasGrown := true; hasGrown; {
		hasGrown = false
		for child, parent := range parents {
			if !isMember[parent] || isMember[child] {
				continue
			}
			isMember[child], hasGrown = true, true
			if p, err := os.FindProcess(child); err == nil {
				all = append(all, p)
			}
		}
	}
	return all
}

// Terminate asks each to end.
func (all Descendants) Terminate() {
	for _, p := range all {
		_ = Terminate(p)
	}
}

// Kill kills those that have not ended within Grace.
func (all Descendants) Kill() {
	over := time.After(Grace)
	for _, p := range all {
		for isAlive := true; isAlive; {
			select {
			case <-over:
				for _, p := range all {
					_ = p.Kill()
				}
				return
			case <-time.After(Grace / 50):
				isAlive = p.Signal(syscall.Signal(0)) == nil
			}
		}
	}
}
