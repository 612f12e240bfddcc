package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/shellword"
)

// CheckPrivate checks that a file in dir can be hidden from other users, and
// returns ErrExposed if not. If dir does not exist, it checks the nearest
// existing parent. It leaves no files.
func CheckPrivate(dir string) error {
	for {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() {
			break
		}
		if err == nil || dir == filepath.Dir(dir) {
			return &fs.PathError{Op: "create a file in", Path: dir, Err: fs.ErrNotExist}
		}
		dir = filepath.Dir(dir)
	}
	f, err := Create(filepath.Join(dir, temporaryPrefix+"trial"), Options{Private: true})
	if err != nil {
		return err
	}
	f.Discard()
	return nil
}

// TakeOver returns the command that makes the caller the owner of a file of
// another user (see Foreign).
func TakeOver(path string) string {
	command := fmt.Sprintf("chown %d %s", os.Geteuid(), shellword.Quote(path))
	if os.Geteuid() != 0 {
		command = "sudo " + command
	}
	return command
}

// ExplainDenial returns the owner problem of a file and its remedy, if that is why err
// denies access, for instance after a run of the program with sudo. Otherwise
// it is empty.
func ExplainDenial(path string, err error) string {
	if !errors.Is(err, fs.ErrPermission) || os.Geteuid() == 0 {
		return ""
	}
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	if uid, known := Owner(info); !known || uid == os.Geteuid() {
		return ""
	}
	return "the file belongs to another user; run: " + TakeOver(path)
}

// Try checks that WriteFile could write path, without leaving files. If the
// directory does not exist, it checks the nearest existing parent.
func Try(path string, options Options) error {
	dir := filepath.Dir(path)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && options.Private {
		return CheckPrivate(dir)
	}
	f, err := Create(path, options)
	if err == nil {
		f.Discard()
		return nil
	}
	if !isClosedDirectory(err) || options.New {
		return err
	}
	file, inPlace := osSystem{}.openExisting(path)
	if errors.Is(inPlace, fs.ErrNotExist) {
		return err
	}
	if inPlace == nil {
		file.Close()
	}
	return inPlace
}
