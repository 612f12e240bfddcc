package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// temporaryPrefix is followed by digits in the name of a file that is written.
	temporaryPrefix = ".astra-"
	// abandoned is the age from which a temporary file has no writer: no request takes
	// that long, and what is downloaded is written all the time.
	abandoned = 10 * time.Minute
)

// Sweep removes the temporary files in a directory that programs left which were
// killed. A directory that was just changed tells the time, by the clock that its
// files have their times from.
func Sweep(dir string) {
	if info, err := os.Stat(dir); err == nil {
		sweep(dir, info.ModTime().Add(-abandoned))
	}
}

// sweep removes temporary files that are older than before.
func sweep(dir string, before time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // a later writer may list it
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

// isTemporary reports whether this program gives such names. Earlier versions
// ended some of them in .tmp.
func isTemporary(name string) bool {
	digits, ours := strings.CutPrefix(name, temporaryPrefix)
	digits = strings.TrimSuffix(digits, ".tmp")
	return ours && digits != "" && strings.Trim(digits, "0123456789") == ""
}
