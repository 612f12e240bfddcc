package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/shellword"
)

// CheckPrivate tries out whether a file in dir can be hidden from other users, and
// returns ErrExposed if not. Where dir does not exist it tries the nearest directory
// above. It leaves nothing behind.
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

// TakeOver is the command with which the caller becomes the owner of what another user
// owns (see Foreign).
func TakeOver(path string) string {
	command := fmt.Sprintf("chown %d %s", os.Geteuid(), shellword.Quote(path))
	if os.Geteuid() != 0 {
		command = "sudo " + command
	}
	return command
}

// Denied says who owns a file and how the caller becomes its owner, where that is why err
// denies it, as after a run of the program with sudo. Otherwise it is empty.
func Denied(path string, err error) string {
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

// Try tries out whether WriteFile could write path, and leaves nothing behind. Where
// the directory does not exist it tries the nearest one above.
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
	file, inPlace := real{}.existing(path)
	if errors.Is(inPlace, fs.ErrNotExist) {
		return err
	}
	if inPlace == nil {
		file.Close()
	}
	return inPlace
}
