//go:build !unix

package regular

// Nonblock is no flag: a named pipe has no place among files here.
const Nonblock = 0
