//go:build !failpoint

// Package failpoint marks the places at which a run that is cut short matters:
// before and after each thing that lasts. It also names the safeguards of the
// program. In the program that people use it does nothing and costs nothing. Built
// with the tag failpoint, the program kills itself, panics or goes without a
// safeguard, as a test says.
package failpoint

import "time"

// Here is a place called name.
func Here(string) {}

// Panic is a place at which a test may have the program panic with a value.
func Panic(string, any) {}

// Clock is the clock now, which a test may set.
func Clock(now func() time.Time) func() time.Time { return now }

// Disabled reports whether a test takes a safeguard away: never in this form.
func Disabled(string) bool { return false }
