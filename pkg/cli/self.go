package cli

import (
	"os"
	"os/exec"
	"path/filepath"
)

// Self returns the path of this program, under the name by which it was called
// where that can be told.
func Self() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	called, err := exec.LookPath(os.Args[0])
	if err != nil {
		return self, nil //nolint:nilerr // then the name is no path
	}
	if called, err = filepath.Abs(called); err != nil || !same(called, self) {
		return self, nil //nolint:nilerr // then the name is another program's
	}
	return called, nil
}

func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	two, err := os.Stat(b)
	return err == nil && os.SameFile(one, two)
}
