//go:build unix

package config

import "syscall"

// nonblock keeps an open from waiting for the writer of a named pipe.
const nonblock = syscall.O_NONBLOCK
