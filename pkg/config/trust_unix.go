//go:build unix

package config

import (
	"io/fs"
	"os"
	"syscall"
)

// exposed reports whether info grants any of the permissions in mask.
func exposed(info fs.FileInfo, mask fs.FileMode) bool { return info.Mode().Perm()&mask != 0 }

// foreign reports whether somebody other than the caller or root owns the
// file.
func foreign(info fs.FileInfo) bool {
	owner, known := ownerOf(info)
	return known && owner != 0 && owner != os.Geteuid()
}

func ownerOf(info fs.FileInfo) (uid int, known bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// syncDir makes a rename in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
