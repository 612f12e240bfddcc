//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const (
	noFollow = syscall.O_NOFOLLOW
	nonBlock = syscall.O_NONBLOCK
)

// Exposed reports whether the mode of a file or directory gives other users than
// its owner a permission.
func Exposed(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// Owner returns the user that owns a file, where the system has numbers for users.
func Owner(info fs.FileInfo) (uid int, known bool) {
	stat, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false
	}
	return int(stat.Uid), true
}

// Foreign reports whether neither the caller nor root owns a file.
func Foreign(info fs.FileInfo) bool {
	uid, known := Owner(info)
	return known && uid != 0 && uid != os.Geteuid()
}

// Links returns the number of names of a file.
func Links(info fs.FileInfo) uint64 {
	if stat, known := info.Sys().(*syscall.Stat_t); known {
		return uint64(stat.Nlink) //nolint:unconvert // its size is not the same on every system
	}
	return 1
}

// chownLike gives a new file the owner and the group of the one whose place it
// takes. Only root can give a file away.
func chownLike(f *os.File, before fs.FileInfo) error {
	now, err := f.Stat()
	if err != nil {
		return err
	}
	was, known := before.Sys().(*syscall.Stat_t)
	is, ours := now.Sys().(*syscall.Stat_t)
	if !known || !ours || was.Uid == is.Uid && (was.Gid == is.Gid || os.Geteuid() != 0) {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}

// isUnsupported reports whether a file system cannot do what was asked for, as
// opposed to a failure of it.
func isUnsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL)
}
