//go:build race

package plan

// raced tells that the race detector is on. It makes the random worlds ten times slower, and
// finds nothing in functions without goroutines.
const raced = true
