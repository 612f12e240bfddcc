// Package regular opens regular files and nothing else: a named pipe or a device in
// the place of a file would be waited for, or read without end.
package regular

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// ErrOther says that a path leads to a directory, a pipe or a device.
var ErrOther = errors.New("not a regular file")

// ErrLarge says that a file is larger than the caller reads.
var ErrLarge = errors.New("the file is too large")

// OpenFile is os.OpenFile for regular files. It waits for nothing.
func OpenFile(path string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|Nonblock, mode)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrOther}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
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
