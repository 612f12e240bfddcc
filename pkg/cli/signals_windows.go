package cli

import "os"

// ignoreBrokenPipes has nothing to do: Windows has no such signal.
func ignoreBrokenPipes() {}

// endGently ends a program: Windows has no gentler way.
func endGently(p *os.Process) error { return p.Kill() }
