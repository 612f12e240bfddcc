package cli

import (
	"os"
	"syscall"
	"time"
)

// A family is the programs that a program has started, and those that they have
// started. They are no process group: a program that has the terminal shares the group
// of this one, so that Ctrl-Z stops both.
type family []*os.Process

// familyOf finds the family of a program, which has not ended.
func familyOf(pid int) (all family) {
	parents := parents()
	members := map[int]bool{pid: true}
	for grown := true; grown; {
		grown = false
		for child, parent := range parents {
			if !members[parent] || members[child] {
				continue
			}
			members[child], grown = true, true
			if p, err := os.FindProcess(child); err == nil {
				all = append(all, p)
			}
		}
	}
	return all
}

// askToEnd asks each to end.
func (all family) askToEnd() {
	for _, p := range all {
		_ = endGently(p)
	}
}

// end ends those that have not done so when their time to part is over.
func (all family) end() {
	over := time.After(parting)
	for _, p := range all {
		for live := true; live; {
			select {
			case <-over:
				for _, p := range all {
					_ = p.Kill()
				}
				return
			case <-time.After(parting / 50):
				live = p.Signal(syscall.Signal(0)) == nil
			}
		}
	}
}
