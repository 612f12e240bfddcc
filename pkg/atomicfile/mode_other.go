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

// Exposed is false: permissions are access control lists here, inherited from the
// user's own directories, and the bits of the mode say nothing.
func Exposed(fs.FileInfo) bool { return false }

// Owner knows no owner: the system has no numbers for users.
func Owner(fs.FileInfo) (uid int, known bool) { return 0, false }

// Foreign is false, as no owner is known.
func Foreign(fs.FileInfo) bool { return false }

// Links is 1, as names are not counted.
func Links(fs.FileInfo) uint64 { return 1 }

// chownLike does nothing: a new file gets the owner and the rights of its
// directory.
func chownLike(*os.File, fs.FileInfo) error { return nil }

func isUnsupported(err error) bool { return errors.Is(err, errors.ErrUnsupported) }
