package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// temporaryPrefix precedes digits in the names of temporary files.
	temporaryPrefix = ".astra-"
	// temporaryMaxAge is the age at which a temporary file has no writer: no request
	// takes that long, and downloads write continuously.
	temporaryMaxAge = 10 * time.Minute
)

// Sweep removes temporary files of killed processes from a directory. The
// modification time of a directory that was just changed is the current time of
// the file system's clock.
func Sweep(dir string) {
	if info, err := os.Stat(dir); err == nil {
		sweep(dir, info.ModTime().Add(-temporaryMaxAge))
	}
}

// sweep removes temporary files older than before.
func sweep(dir string, before time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // unreadable; a later writer may list it
	}
	for _, e := range entries {
		if !isTemporary(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// isTemporary reports whether a name is that of a temporary file. Earlier
// versions used the suffix .tmp for some.
func isTemporary(name string) bool {
	digits, own := strings.CutPrefix(name, temporaryPrefix)
	digits = strings.TrimSuffix(digits, ".tmp")
	return own && digits != "" && strings.Trim(digits, "0123456789") == ""
}
