package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/astra-admin/astra/pkg/atomicfile"
)

var (
	// ErrBusy reports that the state was locked for the whole LockTimeout.
	// Nothing was changed.
	ErrBusy = errors.New("the sandbox is busy")
	// ErrState reports a file that is unreadable or not the state of a sandbox.
	// Server.Reset replaces it.
	ErrState = errors.New("the state of the sandbox is damaged")
	// ErrNotInvited reports that there is no pending invitation to accept.
	ErrNotInvited = errors.New("no pending invitation")
	// ErrNotActive reports that no active serverless database can hibernate.
	ErrNotActive = errors.New("no active serverless database")
	// ErrNotHibernated reports that no hibernated database can resume.
	ErrNotHibernated = errors.New("no hibernated database")

	errUnseeded = errors.New("the sandbox is not seeded")
)

// store opens the file for one transaction at a time.
type store struct {
	path    string
	timeout time.Duration
	queue   chan struct{} // serializes the transactions of this process in order of arrival
}

func newStore(path string, timeout time.Duration) *store {
	return &store{path: path, timeout: timeout, queue: make(chan struct{}, 1)}
}

func (s *store) view(ctx context.Context, read func(*bolt.Tx) error) error {
	if info, err := os.Stat(s.path); err != nil {
		return err
	} else if info.Size() == 0 { // bbolt cannot open it for reading
		return errUnseeded
	}
	return s.useDB(ctx, true, func(db *bolt.DB) error { return db.View(read) })
}

func (s *store) update(ctx context.Context, change func(*bolt.Tx) error) error {
	if err := atomicfile.MkdirAll(filepath.Dir(s.path)); err != nil {
		return err
	}
	return s.useDB(ctx, false, func(db *bolt.DB) error { return db.Update(change) })
}

func (s *store) useDB(ctx context.Context, readOnly bool, use func(*bolt.DB) error) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, ErrBusy)
	defer cancel()
	defer s.recoverDamage(&err)()
	select {
	case s.queue <- struct{}{}:
		defer func() { <-s.queue }()
	case <-ctx.Done():
		return busy(ctx)
	}
	db, err := s.open(ctx, readOnly)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return use(db)
}

// recoverDamage returns a function that turns a panic or an invalid memory
// access of bbolt on a damaged file into ErrState. Call it at once and defer
// its result.
func (s *store) recoverDamage(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if recover() != nil {
			*err = fmt.Errorf("%s: %w", s.path, ErrState)
		}
	}
}

// open locks and opens the file. bbolt's own wait polls every 50 ms, which
// starves other processes on a busy server, and ignores the context.
func (s *store) open(ctx context.Context, readOnly bool) (*bolt.DB, error) {
	options := &bolt.Options{
		ReadOnly:     readOnly,
		Timeout:      time.Nanosecond, // one attempt
		NoStatistics: true,
		// Writes survive the end of the process, but not a power failure:
		// synchronization would make every change ten times slower, for test
		// data.
		NoSync:     true,
		NoGrowSync: true,
		OpenFile:   atomicfile.OpenFile, // refuses named pipes, which would block
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 10*time.Millisecond) {
		if ctx.Err() != nil {
			return nil, busy(ctx)
		}
		db, err := bolt.Open(s.path, 0o600, options)
		switch {
		case err == nil:
			return db, nil
		case isDamage(err):
			return nil, fmt.Errorf("%s: %w: %w", s.path, ErrState, err)
		case errors.Is(err, bolterrors.ErrTimeout): // locked by another process
		case atomicfile.NoLocks(err):
			return nil, &fs.PathError{Op: "lock", Path: s.path, Err: fmt.Errorf("%w: %w", atomicfile.ErrNoLocks, err)}
		default:
			if number, ok := errors.AsType[syscall.Errno](err); ok && !isPath(err) {
				err = &fs.PathError{Op: "lock", Path: s.path, Err: number} // bbolt omits the path
			}
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// busy returns ErrBusy or the cause of the end of the context.
func busy(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, ErrBusy) {
		return fmt.Errorf("%w: %w", ErrBusy, cause)
	}
	return ErrBusy
}

// isDamage distinguishes damaged content, for which bbolt mostly has no errors
// of its own, from errors of the system.
func isDamage(err error) bool {
	_, failed := errors.AsType[syscall.Errno](err)
	return (!isPath(err) || errors.Is(err, atomicfile.ErrNotRegular)) && !failed && !errors.Is(err, bolterrors.ErrTimeout)
}

func isPath(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}
