package credential

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// notFound is ErrNotFound where err comes from an absent file.
func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return err
}

// cause is err without the paths, which our own words name already.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// abandoned is the age from which a temporary file has no writer any more.
const abandoned = time.Minute

// sweep removes what a program that was killed left beside a new temporary file:
// it holds a secret, and nothing names it.
func sweep(fresh *os.File) {
	dir := filepath.Dir(fresh.Name())
	now, err := fresh.Stat()
	entries, dirErr := os.ReadDir(dir)
	if err != nil || dirErr != nil {
		return // then they stay
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".astra-") || !strings.HasSuffix(e.Name(), ".tmp") {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(now.ModTime().Add(-abandoned)) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// replace writes a file whole: a reader sees the old content or the new one,
// also after a loss of power.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".astra-*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	defer f.Close()
	sweep(f)
	if err := f.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	failpoint.Here("credential: before its name")
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	failpoint.Here("credential: after its name")
	return syncDir(filepath.Dir(path))
}
