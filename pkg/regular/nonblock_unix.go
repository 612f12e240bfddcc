//go:build unix

package regular

import "syscall"

// Nonblock is the flag that keeps an open from waiting for the other end of a
// named pipe. The flag has no effect on a regular file.
const Nonblock = syscall.O_NONBLOCK
