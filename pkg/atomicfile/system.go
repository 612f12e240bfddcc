package atomicfile

import (
	"os"
	"path/filepath"
	"runtime"
)

// system has the system calls of this package. Tests inject errors.
type system interface {
	createTemporary(dir string) (*os.File, error)
	createUnnamed(dir string) (*os.File, error)
	createExclusive(path string) (*os.File, error)
	openExisting(path string) (*os.File, error)
	write(f *os.File, data []byte) (int, error)
	truncate(f *os.File, size int64) error
	chmod(f *os.File, mode os.FileMode) error
	sync(f *os.File) error
	linkUnnamed(f *os.File, path string) error
	link(from, to string) error
	rename(from, to string) error
	renameNew(from, to string) error
	syncDir(dir string) error
}

type osSystem struct{}

func (osSystem) createExclusive(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

func (osSystem) openExisting(path string) (*os.File, error) {
	return OpenFile(path, os.O_RDWR|noFollow, 0)
}

func (osSystem) write(f *os.File, data []byte) (int, error) { return f.Write(data) }

func (osSystem) truncate(f *os.File, size int64) error { return f.Truncate(size) }

func (osSystem) chmod(f *os.File, mode os.FileMode) error { return f.Chmod(mode) }

func (osSystem) sync(f *os.File) error {
	if err := f.Sync(); err != nil && !isUnsupported(err) {
		return err
	}
	return nil
}

func (osSystem) link(from, to string) error { return os.Link(from, to) }

func (osSystem) rename(from, to string) error { return os.Rename(from, to) }

func (osSystem) syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be opened for that
	}
	d, err := os.Open(dir)
	if os.IsPermission(err) {
		return nil // a directory that allows new files, but no listing
	}
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Sync writes an open file to the disk, if the file system supports it.
func Sync(f *os.File) error { return osSystem{}.sync(f) }

// SyncDir writes the entries of a directory to the disk, if the file system
// supports it.
func SyncDir(dir string) error { return syncDir(osSystem{}, filepath.Clean(dir)) }

func syncDir(system system, dir string) error {
	if err := system.syncDir(dir); err != nil && !isUnsupported(err) && !os.IsPermission(err) {
		return err
	}
	return nil
}
