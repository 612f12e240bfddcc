//go:build unix

package credential

import (
	"errors"
	"os"
	"syscall"
)

// errLink says that a path is a symbolic link.
var errLink = errors.New("a symbolic link")

// openPlain opens a file without following a link and without waiting for the
// writer of a named pipe.
func openPlain(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, errLink
	}
	return f, err
}

func writable(dir string) bool {
	const write, search = 2, 1
	return syscall.Access(dir, write|search) == nil
}
