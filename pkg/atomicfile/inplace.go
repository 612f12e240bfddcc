package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// isPinned reports whether a rename failed because the path cannot be replaced,
// such as a bind mount of a single file.
func isPinned(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// isClosedDirectory reports whether a directory allows no new files.
func isClosedDirectory(err error) bool {
	return errors.Is(err, fs.ErrPermission) && !errors.Is(err, ErrExposed) || errors.Is(err, syscall.EROFS)
}

// checkedOverwrite calls Check before it overwrites.
func checkedOverwrite(system system, path string, content []byte, options Options) error {
	if err := options.check(); err != nil {
		return err
	}
	return overwrite(system, path, content, options)
}

// overwrite writes an existing file in place. After an error it restores the
// old content.
func overwrite(system system, path string, content []byte, options Options) error {
	f, err := system.openExisting(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if IsExposed(info) {
		_ = system.chmod(f, 0o600)
		if info, err = f.Stat(); err != nil {
			return err
		}
	}
	if options.Private && IsExposed(info) {
		return &fs.PathError{Op: "write", Path: path, Err: ErrExposed}
	}
	before, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	if err := fill(system, f, content); err != nil {
		if back := fill(system, f, before); back != nil {
			return fmt.Errorf("%w; its old content could not be restored: %w", err, back)
		}
		return err
	}
	return nil
}

// fill replaces the content of an open file. It truncates the file last: until
// then, all lost content is still in memory.
func fill(system system, f *os.File, content []byte) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := system.write(f, content); err != nil {
		return err
	}
	if err := system.truncate(f, int64(len(content))); err != nil {
		return err
	}
	return system.sync(f)
}
