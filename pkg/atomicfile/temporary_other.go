//go:build !windows

package atomicfile

import "os"

func (real) temporary(dir string) (*os.File, error) { return os.CreateTemp(dir, temporaryPrefix+"*") }
