//go:build !unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

const (
	noFollow = 0
	nonBlock = 0
)

// IsExposed returns false: permissions here are access control lists, inherited
// from the user's own directories, and mode bits mean nothing.
func IsExposed(fs.FileInfo) bool { return false }

// Owner returns no owner: the system has no user IDs.
func Owner(fs.FileInfo) (uid int, known bool) { return 0, false }

// Foreign returns false, as owners are unknown.
func Foreign(fs.FileInfo) bool { return false }

// Links returns 1, as links are not counted.
func Links(fs.FileInfo) uint64 { return 1 }

// chownLike does nothing: a new file inherits owner and permissions from its
// directory.
func chownLike(*os.File, fs.FileInfo) error { return nil }

func isUnsupported(err error) bool { return errors.Is(err, errors.ErrUnsupported) }
