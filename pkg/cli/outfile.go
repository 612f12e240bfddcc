package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// OutError words the failure to write a file of --out, without the names of temporary
// files.
func OutError(path string, err error) error {
	if err == nil {
		return nil
	}
	e := exit.Usagef("%s cannot be written: %v", shellword.Quote(path), atomicfile.Cause(err))
	if errors.Is(err, atomicfile.ErrNotSynced) {
		e.Message = fmt.Sprintf("%s was written: %v", shellword.Quote(path), err)
	}
	e.Cause = err
	return e
}

// LockOutputFile waits until no other astra of this user changes a file of --out. Without
// a directory for the lock it does nothing.
func (s *Settings) LockOutputFile(ctx context.Context) (unlock func(), err error) {
	paths, _ := s.dirs()
	if paths.State == "" || atomicfile.MkdirAll(paths.State) != nil {
		return func() {}, nil //nolint:nilerr // the writer compares before it replaces, too
	}
	return config.Lock(ctx, filepath.Join(paths.State, "out.lock"))
}

// BundlePath returns the default path of the secure connect bundle of a database in a
// region. It fails for an ID or a region that is not safe in a file name.
func (a *App) BundlePath(databaseID, region string) (string, error) {
	if !config.IsIdentifier(databaseID) || !config.IsIdentifier(region) {
		return "", exit.Refusef("%q in %q cannot be a part of a file's name", databaseID, region)
	}
	paths, err := a.Paths()
	if paths.State == "" {
		return "", err
	}
	return filepath.Join(paths.State, "bundles", databaseID+"-"+region+".zip"), nil
}
