package env

import (
	"io/fs"
	"os"
)

// keepOwner does nothing: a new file gets the owner and the rights of its
// directory.
func keepOwner(*os.File, fs.FileInfo) error { return nil }

// links is the number of names that a file has, which is not asked for here.
func links(fs.FileInfo) uint64 { return 1 }
