//go:build !unix

package config

// nonblock is not needed: there are no named pipes among files.
const nonblock = 0
