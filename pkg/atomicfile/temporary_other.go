//go:build !windows

package atomicfile

import "os"

func (osSystem) temporary(dir string) (*os.File, error) {
	return os.CreateTemp(dir, temporaryPrefix+"*")
}
