package atomicfile

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := TakeLock(t.Context(), path, time.Second)
	must(t, err)
	if _, err := TakeLock(t.Context(), path, time.Millisecond); !errors.Is(err, ErrLocked) || errors.Is(err, ErrNoLocks) {
		t.Errorf("held: %v", err)
	}
	if _, err := ShareLock(t.Context(), path, time.Millisecond); !errors.Is(err, ErrLocked) {
		t.Errorf("held, to share: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := TakeLock(ended, path, time.Second); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
	lock.Remove()
	first, err := ShareLock(t.Context(), path, time.Second)
	must(t, err)
	second, err := ShareLock(t.Context(), path, time.Second)
	must(t, err)
	first.Unlock()
	second.Unlock()
	if _, err := TakeLock(t.Context(), filepath.Join(path, "below"), time.Second); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("below a file: %v", err)
	}
	if _, err := TakeLock(t.Context(), filepath.Join(t.TempDir(), "no", "lock"), time.Second); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

// TestNoLocks returns ErrNoLocks, never ErrLocked, without lock support.
func TestNoLocks(t *testing.T) {
	for _, failure := range []error{syscall.ENOLCK, syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.EINVAL} {
		try := func(*flock.Flock) (bool, error) { return false, failure }
		_, err := takeLock(t.Context(), filepath.Join(t.TempDir(), "lock"), time.Second, try)
		if !errors.Is(err, ErrNoLocks) || errors.Is(err, ErrLocked) || !errors.Is(err, failure) {
			t.Errorf("%v: %v", failure, err)
		}
	}
	try := func(*flock.Flock) (bool, error) { return false, syscall.EIO }
	if _, err := takeLock(t.Context(), "lock", time.Second, try); !errors.Is(err, syscall.EIO) || errors.Is(err, ErrNoLocks) {
		t.Errorf("a broken disk: %v", err)
	}
}
