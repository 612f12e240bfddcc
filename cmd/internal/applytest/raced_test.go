//go:build race

package applytest

// raced reports whether the race detector is on, which makes a run some ten times slower.
const raced = true
