//go:build race

package faulttest

// raced tells that the race detector is on. A program with it starts twenty
// times slower, and the scripts start a thousand programs, so they get one
// without it; what runs in the tests themselves is watched.
const raced = true
