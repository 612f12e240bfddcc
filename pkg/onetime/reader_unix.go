//go:build unix

package onetime

import (
	"os"

	"golang.org/x/sys/unix"
)

// hasReader fails if f is a pipe whose reader has left already.
func hasReader(f *os.File) error {
	poll := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLOUT}} //nolint:gosec // a descriptor is a small number
	if _, err := unix.Poll(poll, 0); err == nil && poll[0].Revents&unix.POLLERR != 0 {
		return unix.EPIPE
	}
	return nil
}
