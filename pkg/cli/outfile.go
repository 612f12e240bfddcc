package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/shellword"
)

// abandoned is the age from which a temporary file has no writer any more.
const abandoned = time.Hour

// An OutFile is a file of --out while it is written, beside its place and under a
// temporary name.
type OutFile struct {
	*os.File

	path string
}

// CreateOut begins a file for path that only the owner can read. It removes what
// a program that was killed left in the directory, which may hold a secret.
func CreateOut(path string) (*OutFile, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".astra-*")
	if err != nil {
		return nil, OutError(path, err)
	}
	if info, err := f.Stat(); err == nil {
		sweep(filepath.Dir(path), info.ModTime().Add(-abandoned))
	}
	return &OutFile{f, path}, nil
}

// sweep removes temporary files that are older than before.
func sweep(dir string, before time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // then they stay
	}
	for _, e := range entries {
		digits, ours := strings.CutPrefix(e.Name(), ".astra-")
		if !ours || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// Discard gives the file up, if it has not got its name.
func (f *OutFile) Discard() {
	f.Close()
	os.Remove(f.Name())
}

// Replace gives the file its name, in the place of what had it: a reader sees
// the old content or the new one, also after a loss of power.
func (f *OutFile) Replace() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return OutError(f.path, err)
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return OutError(f.path, err)
	}
	f.settle()
	return nil
}

// Link gives the file its name unless that is taken, which is fs.ErrExist.
func (f *OutFile) Link() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return OutError(f.path, err)
	}
	err := os.Link(f.Name(), f.path) // unlike a rename, it replaces nothing
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// Not every file system has links. An empty file takes the name then.
		var empty *os.File
		if empty, err = os.OpenFile(f.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
			empty.Close()
			err = os.Rename(f.Name(), f.path)
		}
	}
	if err != nil {
		return OutError(f.path, err)
	}
	f.settle()
	return nil
}

// settle brings the new name to the disk, where the system can.
func (f *OutFile) settle() {
	if dir, err := os.Open(filepath.Dir(f.path)); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
}

// OutError words the failure to write a file of --out: its path, and the cause
// without the names that only we gave.
func OutError(path string, err error) error {
	if err == nil {
		return nil
	}
	cause := err
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		cause = e.Err
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		cause = e.Err
	}
	e := Usagef("%s cannot be written: %v", shellword.Quote(path), cause)
	e.Cause = err
	return e
}

// LockOut waits until no other astra of this user changes a file of --out. Where
// there is no directory for the lock there is none.
func (a *App) LockOut(ctx context.Context) (unlock func(), err error) {
	paths, _ := config.Dirs(a.Getenv, a.Home, goos)
	if paths.State == "" || os.MkdirAll(paths.State, 0o700) != nil {
		return func() {}, nil //nolint:nilerr // the writer compares before it replaces, too
	}
	return config.Lock(ctx, filepath.Join(paths.State, "out.lock"))
}
