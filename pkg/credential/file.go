package credential

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/shellword"
)

// NewFile returns a store with one file for each credential in dir. Directory
// and files are accessible to the owner only; a file accessible to others is
// refused.
func NewFile(dir string) Store { return fileStore{dir} }

type fileStore struct{ dir string }

func (s fileStore) Kind() Kind { return File }

func (s fileStore) Probe(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.checkDir(); !errors.Is(err, fs.ErrNotExist) {
		if err == nil && !isWritable(s.dir) {
			return fmt.Errorf("%w: %s is not writable", ErrUnavailable, s.dir)
		}
		return err
	}
	// the nearest existing parent of a directory to be created
	for parent := filepath.Dir(s.dir); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		switch {
		case err == nil && info.IsDir() && isWritable(parent):
			if errors.Is(atomicfile.CheckPrivate(parent), atomicfile.ErrExposed) {
				return noPermissions(s.dir)
			}
			return nil
		case err == nil || parent == filepath.Dir(parent):
			return fmt.Errorf("%w: %s cannot be created", ErrUnavailable, s.dir)
		}
	}
}

func (s fileStore) Get(ctx context.Context, key Key) (Item, error) {
	path, err := s.path(ctx, key)
	if err != nil {
		return Item{}, err
	}
	data, err := s.read(path)
	if err != nil {
		return Item{}, err
	}
	item, err := decode(data)
	if err != nil {
		return Item{}, fmt.Errorf("%s: %w", path, err)
	}
	return item, nil
}

func (s fileStore) Set(ctx context.Context, key Key, item Item) error {
	path, err := s.path(ctx, key)
	if err != nil {
		return err
	}
	data, err := encode(item)
	if err != nil {
		return err
	}
	if err := s.makeDir(); err != nil {
		return err
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is not a regular file", ErrPermissions, path)
	}
	if err := atomicfile.WriteFile(path, data, atomicfile.Options{Private: true, Label: "credential"}); errors.Is(err, atomicfile.ErrExposed) {
		return noPermissions(path)
	} else if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, path, cause(err))
	}
	back, err := s.read(path)
	switch {
	case err != nil:
		return err
	case string(back) != string(data):
		return fmt.Errorf("%w: %s does not contain what was written", ErrUnavailable, path)
	}
	return nil
}

func (s fileStore) Delete(ctx context.Context, key Key) error {
	path, err := s.path(ctx, key)
	if err != nil {
		return err
	}
	if err := s.checkDir(); err != nil {
		return notFound(err)
	}
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%w: %s is not a regular file", ErrPermissions, path)
	}
	failpoint.Here("credential: before its removal")
	if err := os.Remove(path); err != nil {
		return notFound(fmt.Errorf("%w: %s: %w", ErrUnavailable, path, cause(err)))
	}
	atomicfile.Sweep(s.dir)
	if err := atomicfile.SyncDir(s.dir); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, s.dir, cause(err))
	}
	return nil
}

// path returns the file of a key. Capitals are encoded, since some file systems
// ignore case.
func (s fileStore) path(ctx context.Context, key Key) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	id, err := key.id()
	if err != nil {
		return "", err
	}
	var name strings.Builder
	for i := range len(id) {
		if 'A' <= id[i] && id[i] <= 'Z' {
			name.WriteByte('^')
		}
		name.WriteByte(id[i])
	}
	return filepath.Join(s.dir, "astra-"+strings.ReplaceAll(name.String(), "/", "@")+".json"), nil
}

// read returns the content of a file that only its owner, the caller, can
// access. It checks the open file.
func (s fileStore) read(path string) ([]byte, error) {
	if err := s.checkDir(); err != nil {
		return nil, notFound(err)
	}
	f, err := atomicfile.OpenUnlinked(path)
	switch {
	case errors.Is(err, atomicfile.ErrLink):
		return nil, fmt.Errorf("%w: %s is a symbolic link", ErrPermissions, path)
	case errors.Is(err, atomicfile.ErrNotRegular):
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrPermissions, path)
	case atomicfile.ExplainDenial(path, err) != "":
		return nil, fmt.Errorf("%w: %s: %s", ErrPermissions, path, atomicfile.ExplainDenial(path, err))
	case err != nil:
		return nil, notFound(fmt.Errorf("%w: %s: %w", ErrUnavailable, path, cause(err)))
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrUnavailable, path, cause(err))
	case atomicfile.Foreign(info):
		return nil, fmt.Errorf("%w: %s belongs to another user; run: %s", ErrPermissions, path, atomicfile.TakeOver(path))
	case atomicfile.IsExposed(info):
		return nil, fmt.Errorf("%w: other users can reach %s; run: chmod 600 %s", ErrPermissions, path, shellword.Quote(path))
	}
	data, err := io.ReadAll(io.LimitReader(f, 2*maxItem))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrUnavailable, path, cause(err))
	}
	return data, nil
}

func (s fileStore) checkDir() error {
	info, err := os.Stat(s.dir)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, s.dir, cause(err))
	case !info.IsDir():
		return fmt.Errorf("%w: %s is not a directory", ErrUnavailable, s.dir)
	case atomicfile.Foreign(info):
		return fmt.Errorf("%w: %s belongs to another user; run: %s", ErrPermissions, s.dir, atomicfile.TakeOver(s.dir))
	case atomicfile.IsExposed(info) && errors.Is(atomicfile.CheckPrivate(s.dir), atomicfile.ErrExposed):
		return noPermissions(s.dir)
	case atomicfile.IsExposed(info):
		return fmt.Errorf("%w: other users can reach %s; run: chmod 700 %s", ErrPermissions, s.dir, shellword.Quote(s.dir))
	}
	return nil
}

// noPermissions returns the error for a file system without permissions.
func noPermissions(path string) error {
	return fmt.Errorf("%w: other users could read %s: the file system does not keep permissions; set ASTRA_CONFIG_DIR (for the sandbox ASTRA_STATE_DIR) to a directory on another one", ErrPermissions, path)
}

// makeDir creates the directory, whatever the umask; an existing one is only
// checked.
func (s fileStore) makeDir() error {
	err := atomicfile.MkdirPrivate(s.dir)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, s.dir, cause(err))
	}
	return s.checkDir()
}
