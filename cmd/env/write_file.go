package env

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

// maxFile is more than a file of variables contains.
const maxFile = 1 << 20

// write puts the variables into a file and keeps the rest of its content. Secrets that
// other users could read there are refused, unless force says otherwise.
func write(ctx context.Context, app *cli.App, path string, d envfile.Dialect, vars []variable, gone []string, force bool) error {
	private := !force && slices.ContainsFunc(vars, func(v variable) bool { return v.secret })
	if app.Globals.DryRun {
		if _, _, err := updateFile(app, path, d, vars, gone); err != nil {
			return err
		}
		app.DryRunf("write %s to %s", spelling.Count(len(vars), "variable"), path)
		return nil
	}
	unlock, err := app.LockOutputFile(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	// Editors and other programs do not know the lock.
	for range 10 {
		before, text, err := updateFile(app, path, d, vars, gone)
		if err != nil {
			return err
		}
		if bytes.Equal(text, before.text) && before.private() {
			app.Say("%s is up to date.", path)
			return warn(ctx, app, path, vars)
		}
		done, err := before.replace(app, path, text, private)
		if err != nil {
			return err
		}
		if done {
			app.Say("Wrote %s to %s.", spelling.Count(len(vars), "variable"), path)
			return warn(ctx, app, path, vars)
		}
	}
	return exit.Failf(exit.Conflict, "%s was not written: another program keeps changing it", path)
}

// updateFile reads a file, and returns what it is to hold.
func updateFile(app *cli.App, path string, d envfile.Dialect, vars []variable, gone []string) (currentFile, []byte, error) {
	before, err := readFile(path)
	if err != nil {
		return before, nil, err
	}
	text, err := merge(app, path, before.text, d, vars, gone)
	return before, text, err
}

// warn complains about secrets in a file that git would commit.
func warn(ctx context.Context, app *cli.App, path string, vars []variable) error {
	secret := slices.ContainsFunc(vars, func(v variable) bool { return v.secret })
	if secret && trackedByGit(ctx, app, path) {
		app.Warn("%s contains secrets, and git does not ignore it; add it to .gitignore", path)
	}
	return nil
}

// currentFile is a file as it was read. The zero value is one that is not there.
type currentFile struct {
	text []byte
	info fs.FileInfo
}

// private reports whether only the owner can read the file.
func (e currentFile) private() bool { return e.info != nil && e.info.Mode().Perm() == 0o600 }

// errChanged says that a file is not as it was read.
var errChanged = errors.New("changed by another program")

// replace writes the file anew, unless it was changed since it was read. Mode and
// further names change, with a message; the owner is kept if possible. With
// private it refuses a place where other users could read it.
func (e currentFile) replace(app *cli.App, path string, text []byte, private bool) (done bool, err error) {
	err = atomicfile.WriteFile(path, text, atomicfile.Options{Private: private, KeepOwner: true, Check: func() error {
		now, err := readFile(path)
		if err == nil && (!bytes.Equal(now.text, e.text) || (now.info == nil) != (e.info == nil)) {
			err = errChanged
		}
		return err
	}})
	if err != nil {
		return false, unwritten(path, err)
	}
	now, err := os.Lstat(path)
	if err != nil {
		return false, cli.OutError(path, err)
	}
	switch {
	case atomicfile.IsExposed(now):
		app.Warn("other users can read %s: its file system does not store permissions", path)
	case e.info != nil && !e.private():
		app.Say("Changed the mode of %s from %s to 0600.", path, fmt.Sprintf("%04o", e.info.Mode().Perm()))
	}
	if e.info != nil && atomicfile.Links(e.info) > 1 && !os.SameFile(e.info, now) {
		app.Warn("%s had other names (hard links), which still have the old content", path)
	}
	return true, nil
}

// unwritten words the failure to write a file, nil where it only changed.
func unwritten(path string, err error) error {
	if _, known := errors.AsType[*exit.Error](err); known {
		return err
	}
	switch {
	case errors.Is(err, errChanged):
		return nil
	case errors.Is(err, atomicfile.ErrExposed):
		return exit.Refusef("%s would contain secrets that other users can read: its file system does not store permissions", path).
			WithHint("use a file on another file system, or add --force")
	case errors.Is(err, atomicfile.ErrOwner):
		return exit.Refusef("cannot replace %s: it belongs to another user", path)
	}
	return cli.OutError(path, err)
}

// readFile reads a file that may not be there.
func readFile(path string) (currentFile, error) {
	var e currentFile
	if path == "-" {
		return e, exit.Usagef("--out requires a file; omit it to write to standard output")
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return e, nil
	case err != nil:
		return e, cli.OutError(path, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return e, exit.Refusef("%s is a symbolic link; use the path of its target", path)
	case !info.Mode().IsRegular():
		return e, exit.Usagef("--out: %s is not a regular file", path)
	case info.Size() > maxFile:
		return e, exit.Refusef("%s is larger than 1 MiB", path)
	}
	text, err := atomicfile.ReadFile(path, maxFile)
	if err != nil {
		return e, cli.OutError(path, err)
	}
	return currentFile{text, info}, nil
}

func merge(app *cli.App, path string, before []byte, d envfile.Dialect, vars []variable, gone []string) ([]byte, error) {
	blank := len(bytes.TrimSpace(bytes.TrimPrefix(before, []byte("\ufeff")))) == 0
	if len(before) == 0 {
		return exportText(app, d, vars, gone)
	}
	text, err := envfile.Merge(before, d, plain(vars), gone...)
	switch {
	case errors.Is(err, envfile.ErrNoMerge) && blank:
		return exportText(app, d, vars, gone)
	case errors.Is(err, envfile.ErrNoMerge):
		if text, same := exportText(app, d, vars, gone); same == nil && bytes.Equal(text, before) {
			return text, nil // which a second run is to find so
		}
		return nil, exit.Hint(err, path+" was not changed; remove it or use another file")
	case errors.Is(err, envfile.ErrMerge):
		return nil, exit.Hint(err, path+" was not changed")
	}
	return text, err
}
