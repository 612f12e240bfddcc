package atomicfile

import (
	"os"
	"path/filepath"
	"runtime"
)

// A system is the system calls of this package. Tests put failures in.
type system interface {
	temporary(dir string) (*os.File, error)
	unnamed(dir string) (*os.File, error)
	exclusive(path string) (*os.File, error)
	existing(path string) (*os.File, error)
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

type real struct{}

func (real) exclusive(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

func (real) existing(path string) (*os.File, error) {
	return OpenFile(path, os.O_RDWR|noFollow, 0)
}

func (real) write(f *os.File, data []byte) (int, error) { return f.Write(data) }

func (real) truncate(f *os.File, size int64) error { return f.Truncate(size) }

func (real) chmod(f *os.File, mode os.FileMode) error { return f.Chmod(mode) }

func (real) sync(f *os.File) error {
	if err := f.Sync(); err != nil && !isUnsupported(err) {
		return err
	}
	return nil
}

func (real) link(from, to string) error { return os.Link(from, to) }

func (real) rename(from, to string) error { return os.Rename(from, to) }

func (real) syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be opened for that
	}
	d, err := os.Open(dir)
	if os.IsPermission(err) {
		return nil // a directory in which files may be made, but not listed
	}
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Sync brings the content of an open file to the disk, where the file system can do
// that.
func Sync(f *os.File) error { return real{}.sync(f) }

// SyncDir brings the names in a directory to the disk, where the file system can do
// that.
func SyncDir(dir string) error { return syncDir(real{}, filepath.Clean(dir)) }

func syncDir(system system, dir string) error {
	if err := system.syncDir(dir); err != nil && !isUnsupported(err) && !os.IsPermission(err) {
		return err
	}
	return nil
}
