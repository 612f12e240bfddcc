//go:build unix

package cli

// pagerWords is a command line that runs a command of the shell.
func pagerWords(command string) []string { return []string{"/bin/sh", "-c", command} }
