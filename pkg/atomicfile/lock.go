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
	// ErrLocked reports that another process holds the lock.
	ErrLocked = errors.New("another process holds the lock")
	// ErrNoLocks reports a file system without locks, such as NFS without its
	// lock service. It says nothing about other processes.
	ErrNoLocks = errors.New("the file system has no locks")
)

// lockRetry is the time between two attempts to lock.
const lockRetry = 5 * time.Millisecond

// Lock is a lock file locked by this process.
type Lock struct {
	path  string
	guard *flock.Flock
}

// TakeLock locks the file at path. It waits for another process up to wait,
// then fails with ErrLocked; without lock support it fails with ErrNoLocks at
// once.
func TakeLock(ctx context.Context, path string, wait time.Duration) (*Lock, error) {
	return takeLock(ctx, path, wait, (*flock.Flock).TryLock)
}

// ShareLock acquires a shared lock on the file at path, like TakeLock.
func ShareLock(ctx context.Context, path string, wait time.Duration) (*Lock, error) {
	return takeLock(ctx, path, wait, (*flock.Flock).TryRLock)
}

func takeLock(ctx context.Context, path string, wait time.Duration, try func(*flock.Flock) (bool, error)) (*Lock, error) {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		guard := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDONLY|nonBlock))
		acquired, err := try(guard)
		switch {
		case err != nil:
			_ = guard.Close()
			return nil, lockError(path, err)
		case acquired && isNamed(guard, path):
			return &Lock{path, guard}, nil
		}
		_ = guard.Close() // the last holder has just removed the file
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

// isNamed reports whether the path still names the locked file.
func isNamed(guard *flock.Flock, path string) bool {
	locked, err := guard.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	if err != nil || !os.SameFile(locked, named) {
		return false
	}
	if locked.Mode().Perm()&0o600 != 0o600 {
		_ = os.Chmod(path, 0o600) // restores permissions removed by the umask, which the next user of the lock needs
	}
	return true
}

// lockError returns ErrNoLocks if that is the cause of err.
func lockError(path string, err error) error {
	if !NoLocks(err) && !isUnsupported(err) {
		return err
	}
	return &os.PathError{Op: "lock", Path: path, Err: fmt.Errorf("%w: %w", ErrNoLocks, err)}
}

// NoLocks reports whether a lock error of another package means that the file
// system has none.
func NoLocks(err error) bool {
	return errors.Is(err, ErrNoLocks) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, errors.ErrUnsupported)
}

// Unlock releases the lock and keeps the file.
func (l *Lock) Unlock() { _ = l.guard.Close() }

// Remove removes the file and releases the lock.
func (l *Lock) Remove() {
	_ = os.Remove(l.path)
	l.Unlock()
}
