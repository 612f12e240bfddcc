package cli

// ignoreBrokenPipes has nothing to do: Windows has no such signal.
func ignoreBrokenPipes() {}
