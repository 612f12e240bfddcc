package process

import (
	"os"
	"strings"
)

// ignoreBrokenPipes does nothing: Windows has no such signal.
func ignoreBrokenPipes() {}

// Terminate ends a program: Windows has no gentler way.
func Terminate(p *os.Process) error { return p.Kill() }

// CommandLine returns the words of a program and its arguments, which are separated by
// spaces: the shell of this system quotes otherwise than programs expect.
func CommandLine(command string) []string { return strings.Fields(command) }

// DisableCoreDumps does nothing: a program of Windows asks for a dump itself.
func DisableCoreDumps() (restore func()) { return func() {} }

// parents returns nothing: a pager is one program here.
func parents() map[int]int { return nil }
