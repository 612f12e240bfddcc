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

// maxSize exceeds any file written by people or this program.
const maxSize = 1 << 20

// Load reads the configuration file at path. A missing file, and an empty path
// (see Dirs), are the zero Config. Files and directories that others can
// change, and files that others can read, are refused.
func Load(path string) (Config, error) {
	if path == "" {
		return Config{}, nil
	}
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, checkMissingFileDir(filepath.Dir(path))
	}
	if err != nil {
		return Config{}, err
	}
	c, _, err := parse(path, data)
	return c, err
}

// read returns the content of a file that only its owner, the caller, can
// access. It checks the open file, so that nothing changes between check and
// read.
func read(path string) ([]byte, error) {
	f, err := openRegular(path)
	if why := atomicfile.ExplainDenial(path, err); why != "" {
		return nil, &Error{Path: path, Why: why}
	}
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: err}
	}
	defer f.Close()
	if err := checkTrustedPath(path); err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: err}
	}
	switch {
	case atomicfile.Foreign(info):
		return nil, &Error{Path: path, Why: "the file belongs to another user; run: " + atomicfile.TakeOver(path)}
	case atomicfile.IsExposed(info):
		return nil, &Error{Path: path, Why: "other users can reach the file; " + permissionAdvice(path)}
	case info.Size() > maxSize:
		return nil, &Error{Path: path, Why: "the file is larger than 1 MiB"}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize))
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: err}
	}
	return decodeText(path, data)
}

// decodeText returns the text of a file as UTF-8 with line feeds, so that checks
// for tokens work in every encoding.
func decodeText(path string, data []byte) ([]byte, error) {
	text, err := textfile.Decode(data)
	if wrong, ok := errors.AsType[*textfile.Error](err); ok {
		return nil, &Error{Path: path, Line: wrong.Line, Why: wrong.Why}
	}
	return []byte(text), err
}

// openRegular opens a regular file for reading. It does not block on a named
// pipe.
func openRegular(path string) (*os.File, error) {
	f, err := atomicfile.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, cause(err)
	}
	return f, nil
}

// checkTrustedPath checks the directory of path and, for a symbolic link, that of its
// target.
func checkTrustedPath(path string) error {
	if err := checkTrustedDir(filepath.Dir(path)); err != nil {
		return err
	}
	if target := resolve(path); target != path {
		return checkTrustedDir(filepath.Dir(target))
	}
	return nil
}

// checkMissingFileDir refuses a directory of another user even if the file is missing:
// its owner may have removed it, and the program could not write there.
func checkMissingFileDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && atomicfile.Foreign(info) {
		return checkTrustedDir(dir)
	}
	return nil
}

// resolve follows a symbolic link, even if its target does not exist.
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

// checkTrustedDir refuses a directory in which other users can replace the file.
func checkTrustedDir(dir string) error {
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

// noPermissions is the advice for file systems without permissions.
const noPermissions = "and its file system does not keep permissions: set ASTRA_CONFIG_DIR to a directory on another file system"

// permissionAdvice returns the command that hides a file from other users.
func permissionAdvice(path string) string {
	if errors.Is(atomicfile.CheckPrivate(filepath.Dir(path)), atomicfile.ErrExposed) {
		return noPermissions
	}
	return "run: chmod 600 " + shellword.Quote(path)
}

// writableByAll reports whether every user can create files in a directory.
func writableByAll(info fs.FileInfo) bool {
	return atomicfile.IsExposed(info) && info.Mode().Perm()&0o002 != 0
}

// cause returns err without the path, which Error contains.
func cause(err error) error { return atomicfile.Cause(err) }
