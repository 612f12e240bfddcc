package credential

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// sweepAge is how old a file is that no process writes any more.
const sweepAge = time.Minute

// sweep removes what processes left beside f that were killed while they wrote:
// there is a secret in it. The clock is that of the file system.
func sweep(f *os.File) {
	now, err := f.Stat()
	if err != nil {
		return
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(f.Name()), ".astra-*.tmp"))
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && now.ModTime().Sub(info.ModTime()) > sweepAge {
			_ = os.Remove(path)
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
	sweep(f)
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	defer f.Close()
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
