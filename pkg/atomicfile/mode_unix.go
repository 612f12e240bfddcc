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

// IsExposed reports whether the mode of a file or directory gives users other
// than its owner any permission.
func IsExposed(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// Owner returns the user ID of the owner of a file.
func Owner(info fs.FileInfo) (uid int, known bool) {
	stat, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false
	}
	return int(stat.Uid), true
}

// Foreign reports whether a file belongs to neither the caller nor root.
func Foreign(info fs.FileInfo) bool {
	uid, known := Owner(info)
	return known && uid != 0 && uid != os.Geteuid()
}

// Links returns the number of hard links of a file.
func Links(info fs.FileInfo) uint64 {
	if stat, known := info.Sys().(*syscall.Stat_t); known {
		return uint64(stat.Nlink) //nolint:unconvert // its type differs between systems
	}
	return 1
}

// chownLike gives a new file the owner and the group of the file it replaces.
// Only root can change the owner.
func chownLike(f *os.File, before fs.FileInfo) error {
	now, err := f.Stat()
	if err != nil {
		return err
	}
	was, known := before.Sys().(*syscall.Stat_t)
	is, own := now.Sys().(*syscall.Stat_t)
	if !known || !own || was.Uid == is.Uid && (was.Gid == is.Gid || os.Geteuid() != 0) {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}

// isUnsupported reports whether a file system does not support an operation, as
// opposed to a failure.
func isUnsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL)
}
