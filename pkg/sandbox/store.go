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
	// ErrBusy says that others used the state all the time that was given to
	// wait for it. Nothing was done.
	ErrBusy = errors.New("the sandbox is busy")
	// ErrState says that the file of the state cannot be read or holds what no
	// sandbox has written. Server.Reset replaces it.
	ErrState = errors.New("the state of the sandbox is damaged")
	// ErrNotInvited says that an invitation is to be accepted which there is not.
	ErrNotInvited = errors.New("no pending invitation")
	// ErrNotActive says that a database is to hibernate which there is not, or
	// which cannot.
	ErrNotActive = errors.New("no active serverless database")
	// ErrNotHibernated says that a database is to resume which there is not, or
	// which is not hibernated.
	ErrNotHibernated = errors.New("no hibernated database")

	errUnseeded = errors.New("the sandbox is not seeded")
)

// store opens the file for one transaction at a time.
type store struct {
	path    string
	timeout time.Duration
	turn    chan struct{} // held during a transaction: queues the goroutines of this process in order
}

func newStore(path string, timeout time.Duration) *store {
	return &store{path: path, timeout: timeout, turn: make(chan struct{}, 1)}
}

func (s *store) view(ctx context.Context, read func(*bolt.Tx) error) error {
	if info, err := os.Stat(s.path); err != nil {
		return err
	} else if info.Size() == 0 { // bbolt cannot open it for reading
		return errUnseeded
	}
	return s.with(ctx, true, func(db *bolt.DB) error { return db.View(read) })
}

func (s *store) update(ctx context.Context, change func(*bolt.Tx) error) error {
	if err := atomicfile.MkdirAll(filepath.Dir(s.path)); err != nil {
		return err
	}
	return s.with(ctx, false, func(db *bolt.DB) error { return db.Update(change) })
}

func (s *store) with(ctx context.Context, readOnly bool, use func(*bolt.DB) error) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, ErrBusy)
	defer cancel()
	defer s.contain(&err)()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
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

// contain makes a damaged file, in which bbolt panics or reads memory that is
// not there, an ErrState. It is to be deferred at once, and what it returns at
// the end.
func (s *store) contain(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if recover() != nil {
			*err = fmt.Errorf("%s: %w", s.path, ErrState)
		}
	}
}

// open waits for its turn among processes. bbolt can wait too, but only in
// steps of 50 ms, in which a busy server would let nobody else in, and without
// a context.
func (s *store) open(ctx context.Context, readOnly bool) (*bolt.DB, error) {
	options := &bolt.Options{
		ReadOnly:     readOnly,
		Timeout:      time.Nanosecond, // try once
		NoStatistics: true,
		// What the process wrote survives the process. To survive a power cut
		// as well would make every change ten times slower, for toy data.
		NoSync:     true,
		NoGrowSync: true,
		OpenFile:   atomicfile.OpenFile, // a pipe in its place would be waited for
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
		case errors.Is(err, bolterrors.ErrTimeout): // others have it
		case atomicfile.NoLocks(err):
			return nil, &fs.PathError{Op: "lock", Path: s.path, Err: fmt.Errorf("%w: %w", atomicfile.ErrNoLocks, err)}
		default:
			if number, ok := errors.AsType[syscall.Errno](err); ok && !isPath(err) {
				err = &fs.PathError{Op: "lock", Path: s.path, Err: number} // bbolt does not say of what
			}
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// busy says why a wait for the state ended.
func busy(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, ErrBusy) {
		return fmt.Errorf("%w: %w", ErrBusy, cause)
	}
	return ErrBusy
}

// isDamage tells what is wrong with the content, for which bbolt mostly has no
// error of its own, from what the system refuses.
func isDamage(err error) bool {
	_, failed := errors.AsType[syscall.Errno](err)
	return (!isPath(err) || errors.Is(err, atomicfile.ErrNotRegular)) && !failed && !errors.Is(err, bolterrors.ErrTimeout)
}

func isPath(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}
