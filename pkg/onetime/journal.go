package onetime

import (
	"bytes"
	"context"
	"encoding/json"
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

var (
	// ErrJournal says that the journal cannot be written. Nothing was sent.
	ErrJournal = errors.New("cannot write the journal; nothing was sent")
	// ErrRunning says that another process works on the operation.
	ErrRunning = errors.New("another astra process is working on the same token")
	// ErrOperationExists says that the operation began earlier and has not ended.
	ErrOperationExists = errors.New("the operation has already begun and has not ended")
)

// A Journal is a directory with a file for each pending operation, so that the next
// command knows what an earlier one did, however that ended. A lock beside the file
// belongs to the process that works on it. The zero Journal has no operations, and none
// can begin in it.
type Journal struct{ Dir string }

const (
	recordSuffix = ".jsonl"
	lockSuffix   = ".lock"
	// takeWait limits the wait for a process that only reads an operation.
	takeWait = time.Second
	// maxRecord is more than an operation writes in an organization with a million
	// tokens.
	maxRecord = 128 << 20
)

// fileLetters are the letters of the IDs of operations, which are file names.
const fileLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// An Entry is an operation that this process works on.
type Entry struct {
	ID string
	Record

	resumed bool // by Take: an earlier command began it
	listed  bool // the file has Before already
	path    string
	file    *os.File
	unlock  func()
}

// begin records a new operation before anything is sent. plan returns its record, under
// the lock. The error wraps ErrOperationExists, ErrRunning or ErrJournal, or is that of
// plan.
func (j Journal) begin(ctx context.Context, id string, plan func() (Record, error)) (*Entry, error) {
	if strings.Trim(id, fileLetters) != "" || id == "" {
		return nil, fmt.Errorf("%w: %q is not a valid file name", ErrJournal, id)
	}
	if err := atomicfile.MkdirAll(j.Dir); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	unlock, err := j.lock(ctx, id)
	if err != nil {
		return nil, err
	}
	e := &Entry{ID: id, path: filepath.Join(j.Dir, id+recordSuffix), unlock: unlock}
	if data, err := readRecord(e.path); err == nil {
		if old, err := parseRecord(data); errors.Is(err, errEmptyRecord) || err == nil && old.Step == Done {
			_ = os.Remove(e.path)
		}
	}
	if _, err := os.Lstat(e.path); err == nil {
		e.Leave()
		return nil, ErrOperationExists
	}
	if e.Record, err = plan(); err != nil {
		e.Leave()
		return nil, err
	}
	e.Version = recordVersion
	if e.file, err = atomicfile.OpenFile(e.path, os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		if err = errors.Join(e.reach(e.Step), atomicfile.SyncDir(j.Dir)); err != nil {
			_ = os.Remove(e.path) // an incomplete file is no operation
		}
	}
	if err != nil {
		e.Leave()
		return nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	return e, nil
}

// Take locks a pending operation of an earlier command. The error wraps ErrRunning,
// ErrNewer, fs.ErrNotExist or ErrDamaged. With ErrDamaged it returns an entry with the
// last record that can be read, which can be ended.
func (j Journal) Take(ctx context.Context, id string) (*Entry, error) {
	unlock, err := j.lock(ctx, id)
	if err != nil {
		return nil, err
	}
	e := &Entry{ID: id, resumed: true, listed: true, path: filepath.Join(j.Dir, id+recordSuffix), unlock: unlock}
	data, err := readRecord(e.path)
	var damage error
	if err == nil {
		e.Record, damage = parseRecord(data)
		if !errors.Is(damage, ErrDamaged) {
			err = damage
		}
	}
	if err == nil {
		e.file, err = atomicfile.OpenFile(e.path, os.O_APPEND|os.O_RDWR, 0)
	}
	if err == nil && !bytes.HasSuffix(data, []byte("\n")) {
		err = e.file.Truncate(int64(len(data) - len(torn(data))))
	}
	if err != nil {
		e.Leave()
		return nil, err
	}
	return e, damage
}

// torn returns the incomplete line at the end of data, after a crash.
func torn(data []byte) []byte { return data[bytes.LastIndexByte(data, '\n')+1:] }

// lock takes the lock of an operation. It waits for a moment: a process that only reads
// releases it soon.
func (j Journal) lock(ctx context.Context, id string) (unlock func(), err error) {
	path := filepath.Join(j.Dir, id+lockSuffix)
	lock, err := atomicfile.TakeLock(ctx, path, takeWait)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, atomicfile.ErrLocked):
		return nil, ErrRunning
	case err != nil:
		return nil, fmt.Errorf("%w: lock %s: %w", ErrJournal, path, atomicfile.Cause(err))
	}
	return func() {
		if _, err := os.Stat(filepath.Join(j.Dir, id+recordSuffix)); errors.Is(err, fs.ErrNotExist) {
			lock.Remove()
			return
		}
		lock.Unlock()
	}, nil
}

// reach records that the operation reached a step, and syncs the file.
func (e *Entry) reach(step Step) error {
	before := e.Step
	e.Step = step
	written := e.Record
	if e.listed {
		written.Before, written.Expires = nil, nil
	}
	line, err := json.Marshal(written)
	if err != nil {
		return err
	}
	failpoint.Here("journal " + string(step) + ": before")
	info, err := e.file.Stat()
	if err != nil {
		return err
	}
	if _, err = e.file.Write(append(line, '\n')); err == nil && !failpoint.Disabled("journal-sync") {
		err = atomicfile.Sync(e.file)
	}
	if err != nil {
		e.Step = before
		return errors.Join(err, e.file.Truncate(info.Size())) // else the next line would follow half of this one
	}
	e.listed = true
	failpoint.Here("journal " + string(step) + ": after")
	return nil
}

// End removes the operation from the journal. It records the step Done first, in case
// the file cannot be removed.
func (e *Entry) End() error {
	noted := e.reach(Done)
	removed := os.Remove(e.path)
	e.Leave()
	failpoint.Here("journal: removed")
	if noted != nil && removed != nil {
		return errors.Join(noted, removed)
	}
	return nil
}

// Leave releases the operation, which stays pending unless it was ended. It may be
// called twice.
func (e *Entry) Leave() {
	if e.file != nil {
		_ = e.file.Close()
		e.file = nil
	}
	if e.unlock != nil {
		e.unlock()
		e.unlock = nil
	}
}
