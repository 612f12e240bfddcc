package cli

import (
	"os"
	"strings"
)

// ignoreBrokenPipes has nothing to do: Windows has no such signal.
func ignoreBrokenPipes() {}

// endGently ends a program: Windows has no gentler way.
func endGently(p *os.Process) error { return p.Kill() }

// pagerWords is a program with words between blanks: the shell of this system quotes
// otherwise than programs expect.
func pagerWords(command string) []string { return strings.Fields(command) }

// DisableCoreDumps has nothing to do: a program of Windows asks for a dump itself.
func (a *App) DisableCoreDumps() {}
