package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/textfile"
)

// maxSize is far above any file written by people or by this program.
const maxSize = 1 << 20

// Load reads the configuration file at path. A missing file, and an empty path
// (see Dirs), are the zero Config. A file or directory that others may change
// or read is refused.
func Load(path string) (Config, error) {
	if path == "" {
		return Config{}, nil
	}
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, trustAbsence(filepath.Dir(path))
	}
	if err != nil {
		return Config{}, err
	}
	c, _, err := parse(path, data)
	return c, err
}

// read returns the content of a file that only its owner, the caller, can
// reach. What is checked is the open file, so that nothing can change between
// the check and the reading.
func read(path string) ([]byte, error) {
	f, err := openRegular(path)
	if why := atomicfile.Denied(path, err); why != "" {
		return nil, &Error{Path: path, Why: why}
	}
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: err}
	}
	defer f.Close()
	if err := trustPath(path); err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: err}
	}
	switch {
	case atomicfile.Foreign(info):
		return nil, &Error{Path: path, Why: "the file belongs to another user; run: " + atomicfile.TakeOver(path)}
	case atomicfile.Exposed(info):
		return nil, &Error{Path: path, Why: "other users can reach the file; " + protect(path)}
	case info.Size() > maxSize:
		return nil, &Error{Path: path, Why: "the file is larger than 1 MiB"}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize))
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: err}
	}
	return decoded(path, data)
}

// decoded returns the text of a file as UTF-8 with line feeds: what is looked for in
// it, such as a token, must be found in every encoding.
func decoded(path string, data []byte) ([]byte, error) {
	text, err := textfile.Decode(data)
	if wrong, ok := errors.AsType[*textfile.Error](err); ok {
		return nil, &Error{Path: path, Line: wrong.Line, Why: wrong.Why}
	}
	return []byte(text), err
}

// openRegular opens a file for reading without waiting for the other end of a
// named pipe, and refuses everything but a regular file.
func openRegular(path string) (*os.File, error) {
	f, err := atomicfile.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, cause(err)
	}
	return f, nil
}

// trustPath checks the directory of path and, where path is a symbolic link,
// the one of its target.
func trustPath(path string) error {
	if err := trustDir(filepath.Dir(path)); err != nil {
		return err
	}
	if target := resolve(path); target != path {
		return trustDir(filepath.Dir(target))
	}
	return nil
}

// trustAbsence refuses a directory of another user also without a file in it: what
// it lacks may have been taken away, and nothing can be kept there.
func trustAbsence(dir string) error {
	if info, err := os.Stat(dir); err == nil && atomicfile.Foreign(info) {
		return trustDir(dir)
	}
	return nil
}

// resolve follows path when it is a symbolic link, whether the target exists
// or not.
func resolve(path string) string {
	const longest = 40 // links, as in the kernel
	for range longest {
		target, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return path
}

// trustDir refuses a directory in which somebody else can put another file in
// the place of ours.
func trustDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return &Error{Path: dir, Why: "not readable", Err: cause(err)}
	case !info.IsDir():
		return &Error{Path: dir, Why: "not a directory"}
	case atomicfile.Foreign(info):
		return &Error{Path: dir, Why: "the directory belongs to another user; run: " + atomicfile.TakeOver(dir)}
	case writableByAll(info) && errors.Is(atomicfile.CheckPrivate(dir), atomicfile.ErrExposed):
		return &Error{Path: dir, Why: "every user can write to the directory, " + noPermissions}
	case writableByAll(info):
		return &Error{Path: dir, Why: "every user can write to the directory; run: chmod 700 " + shellword.Quote(dir)}
	}
	return nil
}

// noPermissions is what can be done where a mode cannot be changed.
const noPermissions = "and its file system does not keep permissions: set ASTRA_CONFIG_DIR to a directory on another file system"

// protect says how to hide a file from other users.
func protect(path string) string {
	if errors.Is(atomicfile.CheckPrivate(filepath.Dir(path)), atomicfile.ErrExposed) {
		return noPermissions
	}
	return "run: chmod 600 " + shellword.Quote(path)
}

// writableByAll reports whether every user can make files in a directory.
func writableByAll(info fs.FileInfo) bool {
	return atomicfile.Exposed(info) && info.Mode().Perm()&0o002 != 0
}

// cause is err without the path, which our own words name already.
func cause(err error) error { return atomicfile.Cause(err) }
