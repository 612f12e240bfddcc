//go:build !failpoint

// Package failpoint marks the places at which a run that is cut short matters:
// before and after each thing that lasts. In the program that people use they do
// nothing and cost nothing. Built with the tag failpoint, the program kills
// itself at the one that a test names.
package failpoint

// Here is a place called name.
func Here(string) {}
