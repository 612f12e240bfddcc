//go:build unix

package env

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a new file the owner and the group of the one whose place it
// takes. Only root can give a file away.
func keepOwner(f *os.File, before fs.FileInfo) error {
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

// links is the number of names that a file has.
func links(info fs.FileInfo) uint64 {
	if stat, known := info.Sys().(*syscall.Stat_t); known {
		return uint64(stat.Nlink) //nolint:unconvert // its size is not the same on every system
	}
	return 1
}
