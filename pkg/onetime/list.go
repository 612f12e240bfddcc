package onetime

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// An Open is an operation as List finds it.
type Open struct {
	ID      string
	Record  Record
	Path    string
	Running bool  // another process is at it; Record is not read then
	Err     error // wraps ErrDamaged or ErrNewer
}

// List returns the operations that have not ended.
func (j Journal) List() ([]Open, error) {
	names, err := os.ReadDir(j.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Open
	for _, name := range names {
		id, ours := strings.CutSuffix(name.Name(), recordSuffix)
		if !ours {
			continue
		}
		if open, there := j.look(id); there {
			all = append(all, open)
		}
	}
	return all, nil
}

// look reads one operation, unless it ended meanwhile.
func (j Journal) look(id string) (Open, bool) {
	open := Open{ID: id, Path: filepath.Join(j.Dir, id+recordSuffix)}
	guard := newLock(filepath.Join(j.Dir, id+lockSuffix))
	defer func() { _ = guard.Close() }()
	if free, err := guard.TryRLock(); err != nil || !free {
		open.Running = true
		return open, true
	}
	data, err := readRecord(open.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return open, false
	}
	if err == nil {
		open.Record, err = parseRecord(data)
	}
	if errors.Is(err, errUnbegun) || open.Record.Step == Done {
		_ = os.Remove(open.Path) // its process ended just before it did that itself
		return open, false
	}
	open.Err = err
	return open, true
}

func readRecord(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > maxRecord:
		return nil, fmt.Errorf("%w: it is no file of its own", ErrDamaged)
	}
	return os.ReadFile(path)
}
