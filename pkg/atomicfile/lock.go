package atomicfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

var (
	// ErrLocked says that another process holds a lock.
	ErrLocked = errors.New("another process holds the lock")
	// ErrNoLocks says that a file system has no locks, as NFS without its lock
	// service. It says nothing about other processes.
	ErrNoLocks = errors.New("the file system has no locks")
)

// lockRetry is the time between two attempts to take a lock.
const lockRetry = 5 * time.Millisecond

// A Lock is a lock file in the hands of this process.
type Lock struct {
	path  string
	guard *flock.Flock
}

// TakeLock takes the lock file at path. It waits for another process as long as
// wait, and then fails with ErrLocked; where there are no locks it fails with
// ErrNoLocks at once.
func TakeLock(ctx context.Context, path string, wait time.Duration) (*Lock, error) {
	return takeLock(ctx, path, wait, (*flock.Flock).TryLock)
}

// ShareLock takes the lock file at path together with others that share it, as
// TakeLock does.
func ShareLock(ctx context.Context, path string, wait time.Duration) (*Lock, error) {
	return takeLock(ctx, path, wait, (*flock.Flock).TryRLock)
}

func takeLock(ctx context.Context, path string, wait time.Duration, try func(*flock.Flock) (bool, error)) (*Lock, error) {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		guard := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDONLY|nonBlock))
		taken, err := try(guard)
		switch {
		case err != nil:
			_ = guard.Close()
			return nil, lockError(path, err)
		case taken && isNamed(guard, path):
			return &Lock{path, guard}, nil
		}
		_ = guard.Close() // where it was taken, its last holder has just removed it
		select {
		case <-bounded.Done():
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return nil, &os.PathError{Op: "lock", Path: path, Err: ErrLocked}
		case <-time.After(lockRetry):
		}
	}
}

// isNamed reports whether the file that is locked is the one under the name.
func isNamed(guard *flock.Flock, path string) bool {
	held, err := guard.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	if err != nil || !os.SameFile(held, named) {
		return false
	}
	if held.Mode().Perm()&0o600 != 0o600 {
		_ = os.Chmod(path, 0o600) // a umask took away what the next owner of the lock needs
	}
	return true
}

// lockError says that there are no locks, where that is the reason.
func lockError(path string, err error) error {
	if !NoLocks(err) && !isUnsupported(err) {
		return err
	}
	return &os.PathError{Op: "lock", Path: path, Err: fmt.Errorf("%w: %w", ErrNoLocks, err)}
}

// NoLocks reports whether an error of another package's lock says that the file
// system has none.
func NoLocks(err error) bool {
	return errors.Is(err, ErrNoLocks) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, errors.ErrUnsupported)
}

// Unlock lets go of the lock. The file stays.
func (l *Lock) Unlock() { _ = l.guard.Close() }

// Remove removes the file, and lets go of the lock.
func (l *Lock) Remove() {
	_ = os.Remove(l.path)
	l.Unlock()
}
