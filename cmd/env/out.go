package env

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
)

// maxFile is more than a file of variables holds.
const maxFile = 1 << 20

// write puts the variables into a file and keeps what else it holds.
func write(ctx context.Context, app *cli.App, path string, d envfile.Dialect, vars []variable, gone []string) error {
	before, private, err := readFile(path)
	if err != nil {
		return err
	}
	text, err := merged(app, path, before, d, vars, gone)
	if err != nil {
		return err
	}
	if app.Rehearse("write %d variables to %s", len(vars), path) {
		return nil
	}
	if bytes.Equal(text, before) && private {
		app.Say("%s is up to date.", path)
	} else {
		if err := replaceFile(path, text); err != nil {
			return cli.Failf(cli.Failed, "%s cannot be written: %v", path, err)
		}
		app.Say("Wrote %d variables to %s.", len(vars), path)
	}
	secret := slices.ContainsFunc(vars, func(v variable) bool { return v.secret })
	if secret && committed(ctx, app, path) {
		app.Warn("%s holds secrets and git does not ignore it: name it in .gitignore", path)
	}
	return nil
}

// readFile reads a file that may not be there, and tells whether nobody else
// can read it.
func readFile(path string) (text []byte, private bool, err error) {
	if path == "-" {
		return nil, false, cli.Usagef("--out is a file: without it the variables go to standard output")
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, nil
	case err != nil:
		return nil, false, cli.Usagef("--out: %v", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, false, cli.Refusef("%s is a symbolic link: name the file that it stands for", path)
	case !info.Mode().IsRegular():
		return nil, false, cli.Usagef("--out: %s is no regular file", path)
	case info.Size() > maxFile:
		return nil, false, cli.Refusef("%s is larger than a megabyte, which no file of variables is", path)
	}
	text, err = os.ReadFile(path)
	if err != nil {
		return nil, false, cli.Usagef("--out: %v", err)
	}
	return text, info.Mode().Perm() == 0o600, nil
}

func merged(app *cli.App, path string, before []byte, d envfile.Dialect, vars []variable, gone []string) ([]byte, error) {
	if len(bytes.TrimSpace(before)) == 0 {
		return exported(app, d, vars, gone)
	}
	text, err := envfile.Merge(before, d, plain(vars), gone...)
	switch {
	case errors.Is(err, envfile.ErrNoMerge):
		return nil, cli.Hint(err, path+" exists, and is not replaced: remove it, or write to another file")
	case errors.Is(err, envfile.ErrMerge):
		return nil, cli.Hint(err, path+" was left as it is")
	}
	return text, err
}

// replaceFile writes a file whole: a reader sees the old content or the new
// one, also after a loss of power.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".astra-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		defer dir.Close()
		_ = dir.Sync() // not every system can
	}
	return nil
}
