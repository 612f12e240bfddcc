package onetime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// A PendingOperation is an operation that has not ended, as List finds it.
type PendingOperation struct {
	ID      string
	Record  Record
	Path    string
	Running bool  // another process works on it; Record is its progress
	Err     error // wraps ErrDamaged or ErrNewer, or says why the file cannot be locked or read
}

// NeedsWarning reports whether commands warn about the operation: not for a rotation in
// its overlap, nor for a request that was refused.
func (o PendingOperation) NeedsWarning(now time.Time) bool {
	return !o.Running && !o.Record.Refused && (o.Err != nil || !o.Record.Step.Reached(Stored) || o.Record.rotationState(now) != Overlapping)
}

// List returns the operations that have not ended.
func (j Journal) List() ([]PendingOperation, error) {
	if j.Dir == "" {
		return nil, nil
	}
	names, err := os.ReadDir(j.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []PendingOperation
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

// look reads one operation, unless it has just ended.
func (j Journal) look(id string) (PendingOperation, bool) {
	open := PendingOperation{ID: id, Path: filepath.Join(j.Dir, id+recordSuffix)}
	path := filepath.Join(j.Dir, id+lockSuffix)
	lock, lockErr := atomicfile.ShareLock(context.Background(), path, 0)
	if lockErr == nil {
		defer lock.Unlock()
	}
	if errors.Is(lockErr, atomicfile.ErrLocked) || lockErr != nil && failpoint.Disabled("lock-errors") {
		data, err := readRecord(open.Path)
		open.Running = !errors.Is(err, fs.ErrNotExist) // without a file, its process has just ended it
		open.Record, _ = parseRecord(data)             // its progress
		return open, open.Running
	}
	data, err := readRecord(open.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return open, false
	}
	if err == nil {
		open.Record, err = parseRecord(data)
	}
	if errors.Is(err, errEmptyRecord) || open.Record.Step == Done {
		if lockErr == nil {
			_ = os.Remove(open.Path) // its process ended just before it did that itself
		}
		return open, false
	}
	if err == nil && lockErr != nil { // the lock does not belong to another process
		err = fmt.Errorf("lock %s: %w", path, atomicfile.Cause(lockErr))
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
		return nil, fmt.Errorf("%w: %s is not a regular file of at most %d MiB", ErrDamaged, path, maxRecord>>20)
	}
	return atomicfile.ReadFile(path, maxRecord)
}
