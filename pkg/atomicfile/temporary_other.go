//go:build !windows

package atomicfile

import "os"

func (osSystem) createTemporary(dir string) (*os.File, error) {
	return os.CreateTemp(dir, temporaryPrefix+"*")
}
