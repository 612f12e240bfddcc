package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

var (
	// ErrNotRegular reports a directory, a pipe or a device.
	ErrNotRegular = errors.New("not a regular file")
	// ErrLarge reports a file larger than the limit.
	ErrLarge = errors.New("the file is too large")
	// ErrLink reports a symbolic link.
	ErrLink = errors.New("a symbolic link")
)

// OpenFile is os.OpenFile for regular files only: a named pipe would block, and
// a device may be endless. The owner can open a new file again, whatever the
// umask.
func OpenFile(path string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|nonBlock, mode)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	if flag&os.O_CREATE != 0 {
		openToOwner(f, info)
	}
	return f, nil
}

// openToOwner restores permissions of the owner that the umask removed.
func openToOwner(f *os.File, info fs.FileInfo) {
	const owner = 0o600
	if mode := info.Mode().Perm(); mode&owner != owner && info.Size() == 0 && !Foreign(info) {
		_ = f.Chmod(mode | owner)
	}
}

// OpenUnlinked opens a regular file for reading. A symbolic link is ErrLink.
func OpenUnlinked(path string) (*os.File, error) {
	f, err := OpenFile(path, os.O_RDONLY|noFollow, 0)
	if info, statErr := os.Lstat(path); statErr == nil && info.Mode().Type() == fs.ModeSymlink {
		if err == nil { // on systems without O_NOFOLLOW
			_ = f.Close()
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: ErrLink}
	}
	return f, err
}

// ReadFile returns the content of a regular file of at most limit bytes.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, err := OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = &fs.PathError{Op: "read", Path: path, Err: ErrLarge}
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}
