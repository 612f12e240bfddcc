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

// replace writes a file whole: a reader sees the old content or the new one,
// also after a loss of power.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporary)
	if err != nil {
		return err
	}
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
	sweep(filepath.Dir(path))
	return syncDir(filepath.Dir(path))
}

// temporary is the pattern of the names of files that are being written.
const temporary = ".astra-*.tmp"

// sweep removes what writers have left that were killed: each is a copy of a
// secret. A directory that was just changed tells the time, by the clock that
// its files have their times from.
func sweep(dir string) {
	const patience = time.Minute // more than any writer needs
	now, err := os.Stat(dir)
	if err != nil {
		return
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if ours, _ := filepath.Match(temporary, e.Name()); !ours {
			continue
		}
		if info, err := e.Info(); err == nil && now.ModTime().Sub(info.ModTime()) > patience {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
