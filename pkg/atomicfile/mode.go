package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
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
