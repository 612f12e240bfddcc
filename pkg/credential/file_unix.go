//go:build unix

package credential

import (
	"errors"
	"io/fs"
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

// exposed reports whether anybody but the owner has a permission.
func exposed(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// foreign reports whether somebody other than the caller or root owns the
// file.
func foreign(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid != 0 && int(stat.Uid) != os.Geteuid()
}

func writable(dir string) bool {
	const write, search = 2, 1
	return syscall.Access(dir, write|search) == nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
